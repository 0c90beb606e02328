"""SIGKILL at any moment: with the pipe held open, as svscan holds it, no line is lost, repeated or cut."""

import os
import random
import re
import threading
import time

import pytest
from support.logger import old_files, whole_log

LINE = re.compile(rb"(?:@[0-9a-f]{24} |\d{4}-\d\d-\d\dT[\d:.]+Z )?(\d{9}) (x*)")


def numbered(number):
    return b"%09d %s\n" % (number, b"x" * (number * 7919 % 90))


class Feeder(threading.Thread):
    """Writes numbered lines into a pipe until it is told to stop: in blocks, line by line, or in torn pieces."""

    def __init__(self, writer, manner, seed):
        super().__init__()
        self.writer, self.manner, self.random = writer, manner, random.Random(seed)
        self.sent, self.over = 0, threading.Event()

    def run(self):
        while not self.over.is_set():
            count = 600 if self.manner == "blocks" else self.random.choice([1, 1, 1, 5, 50])
            text = b"".join(map(numbered, range(self.sent, self.sent + count)))
            while text:
                size = self.random.randint(1, 300) if self.manner == "torn" else len(text)
                text = text[os.write(self.writer, text[:size]) :]
            self.sent += count


def check(log, sent):
    text = whole_log(log).split(b"\n")
    assert text.pop() == b""
    found = []
    for line in text:
        matched = LINE.fullmatch(line)
        assert matched and len(matched[2]) == int(matched[1]) * 7919 % 90, f"a cut line: {line!r}"
        found.append(int(matched[1]))
    wrong = [(before, after) for before, after in zip([-1, *found], found) if after != before + 1]
    assert not wrong, f"(last, next): {wrong[:10]}"
    assert len(found) == sent


SCRIPTS = {
    "stamped": ["t", "s16384", "n1000000", "./main"],
    "plain": ["s1M", "n1000000", "./main"],
    "patterns": ["i", "s16384", "n1000000", "-nothing*", "./main"],
    "two logs": ["t", "s20000", "n1000000", "-nothing*", "./main", "s5000", "./second"],
    "processor": ["t", "s16384", "n1000000", "!cat", "./main"],
    "compressed": ["t", "s64k", "n1000000", "z1", "./main"],
}


def kill_often(logger, script, manner, kills, span, seed):
    one = logger(*script)
    feeder = Feeder(one.writer, manner, seed)
    chance = random.Random(seed)
    feeder.start()
    try:
        for _ in range(kills):
            time.sleep(chance.random() * span)  # the moment of the kill, which nothing is to wait for
            assert one.popen.poll() is None, one.stderr()
            one.kill()
            one.start()
    finally:
        feeder.over.set()
        feeder.join()
    assert one.end_input() == 0
    for log in ("main", "second") if "./second" in script else ("main",):
        check(one.directory / log, feeder.sent)
        assert not [path for path in old_files(one.directory / log) if path.suffix == ".u"]
    assert one.stderr() == ""


@pytest.mark.parametrize("manner", ["blocks", "lines", "torn"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_nothing_is_lost_repeated_or_cut(logger, script, manner):
    kill_often(logger, SCRIPTS[script], manner, 12, 0.02, seed=len(script) * 7)


@pytest.mark.long
@pytest.mark.parametrize("manner", ["blocks", "lines", "torn"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_nothing_is_lost_repeated_or_cut_in_300_kills(logger, script, manner):
    kill_often(logger, SCRIPTS[script], manner, 300, 0.02, seed=None)


def test_the_file_is_continued(logger, tmp_path):
    one = logger("t", "./main")
    one.say("one\n")
    one.kill()
    one.write("two\n")
    one.start()
    one.await_text(" two\n")
    assert one.current().count(b"\n") == 2 and not old_files(tmp_path / "main")


def test_a_line_under_way_is_finished(logger):
    one = logger("-nothing", "./main")
    one.write("begin, ")
    one.say("")  # it is held back: patterns have not seen its end
    await_taken(one)
    one.kill()
    one.start()
    one.say("end\n")
    assert one.current() == b"begin, end\n"


def await_taken(one):
    import fcntl
    import termios

    from support.awaiting import await_until

    await_until(lambda: fcntl.ioctl(one.reader, termios.FIONREAD, b"\0" * 4) == b"\0" * 4, 30, "an empty pipe")


def test_another_pipe_ends_the_line(logger, tmp_path):
    first = logger("t", "./main")
    first.write("begin")
    first.await_text("begin")
    first.kill()
    second = logger("t", "./main")
    second.say("new\n")
    assert [line[26:] for line in second.current().splitlines()] == [b"begin", b"new"]
    assert not old_files(tmp_path / "main")


def test_another_script_makes_it_an_outage(logger, tmp_path):
    first = logger("t", "./main")
    first.say("one\n")
    first.kill()
    second = logger("t", "n5", "./main")
    second.say("two\n")
    assert [path.suffix for path in old_files(tmp_path / "main")] == [".u"]


@pytest.mark.parametrize("text", [b"", b"x" * 5000, b"x" * 4096])
def test_a_page_of_nonsense_is_ignored(logger, tmp_path, text):
    main = tmp_path / "main"
    main.mkdir()
    (main / "pending").write_bytes(text)
    logger("./main").say("one\n")
