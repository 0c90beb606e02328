"""A full disk: it is said, nothing is lost unless D allows it, and logging goes on when there is room again."""

import os
import re
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.logger import Logger, old_files, run, whole_log
from support.paths import foreign_program
from test_multilog_rotation import line, lines


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 kB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "small", place], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def disk_logger(small_disk, nursery, tmp_path):
    made = []

    def make(*script):
        made.append(Logger(small_disk, nursery.environment, *script, errors=tmp_path / "stderr"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def fill(place):
    """What is left of the disk is taken; the file, to be removed."""
    ballast = place / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return ballast


def grow(place):
    subprocess.run(["mount", "-o", "remount,size=8m", place], check=True)


def await_complaint(one, text="out of disk space"):
    await_until(lambda: text in one.stderr(), 30, what=lambda: f"{text!r} on stderr: {one.stderr()}")


def fill_pipe(one, first):
    """Lines until the pipe takes no more; how many."""
    os.set_blocking(one.writer, False)
    count = 0
    try:
        while True:
            if os.write(one.writer, line(first + count)) != 100:
                raise AssertionError("a line was cut by the pipe")
            count += 1
    except BlockingIOError:
        return count
    finally:
        os.set_blocking(one.writer, True)


@pytest.mark.parametrize("end", ["goes on", "SIGTERM", "SIGKILL"])
def test_nothing_is_lost(disk_logger, small_disk, end):
    one = disk_logger("t", "s64k", "n100", "./main")
    one.say(line(0))
    ballast = fill(small_disk)
    sent = 401  # more than the last page of `current` has room for
    one.write(lines(1, 400))
    await_complaint(one, "multilog: warning: unable to write to ./main/current, pausing: out of disk space")
    sent += fill_pipe(one, sent)
    if end != "goes on":
        one.signal(getattr(signal, end))
        assert one.await_exit() == (111 if end == "SIGTERM" else -signal.SIGKILL)
    ballast.unlink()
    grow(small_disk)
    if end != "goes on":
        one.start()
    assert one.end_input() == 0
    text = b"".join(line[26:] + b"\n" for line in whole_log(small_disk / "main").splitlines())
    assert text == lines(0, sent)


def test_d_drops_the_oldest_and_says_how_many(disk_logger, small_disk):
    one = disk_logger("s64k", "n100", "D", "./main")
    one.say(line(0))
    ballast = fill(small_disk)
    sent = 1 + 20_000
    one.write(lines(1, 20_000))  # 2 MB: more than is kept in memory, and the writer is not blocked
    await_complaint(one, "multilog: warning: unable to write to ./main/current, trying again: out of disk space")
    ballast.unlink()
    grow(small_disk)
    one.write(line(sent))
    sent += 1
    one.await_text(line(sent - 1))
    assert one.end_input() == 0
    text = whole_log(small_disk / "main")
    gap = re.search(rb"multilog: the disk was full: (\d+) lines are missing here\n", text)
    assert gap, one.stderr()
    missing = int(gap[1])
    before = text[: gap.start()]
    after = text[gap.end() :]
    kept = len(before) // 100
    cut = before[kept * 100 :]  # what the disk still took of a line, and a newline
    assert before[: kept * 100] == lines(0, kept) and (not cut or cut[-1:] == b"\n" and line(kept).startswith(cut[:-1]))
    first = int(after[:8])
    assert after == lines(first, sent - first)
    assert missing == first - kept
    assert len(after) > 700_000
    assert "multilog: info: going on with ./main" in one.stderr()


def test_a_rotation_that_finds_no_room(disk_logger, small_disk):
    """No entry for a new file: the old one is there under its last name, and lines wait."""
    subprocess.run(["mount", "-o", "remount,size=256k,nr_inodes=9", small_disk], check=True)
    one = disk_logger("s4096", "n100", "./main")
    one.say(line(0))
    taken = []
    try:
        while True:
            taken.append(small_disk / f"file{len(taken)}")
            taken[-1].write_text("")
    except OSError:
        pass
    one.write(lines(1, 99))
    await_complaint(one, "multilog: warning: unable to create ./main/current, pausing: out of disk space")
    for path in taken[:-1]:
        path.unlink()
    subprocess.run(["mount", "-o", "remount,size=256k,nr_inodes=100", small_disk], check=True)
    assert one.end_input() == 0
    assert whole_log(small_disk / "main") == lines(0, 100)


def test_a_full_disk_at_the_start(small_disk, tmp_path, nursery, bin_dir):
    ballast = fill(small_disk)
    one = Logger(small_disk, nursery.environment, "./main", errors=tmp_path / "stderr")
    try:
        one.write(lines(0, 10))
        ballast.unlink()
        assert one.end_input() == 0
        assert whole_log(small_disk / "main") == lines(0, 10)
    finally:
        one.close()


def test_compression_finds_no_room(disk_logger, small_disk):
    """The uncompressed file stays."""
    foreign_program("zstd", "zstd")
    one = disk_logger("s64k", "n100", "z1", "./main")
    text = b"".join(os.urandom(49).hex().encode() + b" \n" for _ in range(640))
    one.write(text[:50_000])
    one.await_text(text[49_900:50_000])
    ballast = fill(small_disk)
    with open(ballast, "r+b") as file:
        file.truncate(ballast.stat().st_size - 20_480)  # for what follows, and not for a compressed file
    one.write(text[50_000:])
    await_complaint(one)
    ballast.unlink()
    assert one.end_input() == 0
    assert whole_log(small_disk / "main") == text
    assert run(small_disk, {}, ["s64k", "n100", "z1", "./main"], b"").returncode == 0
    assert [path.suffix for path in old_files(small_disk / "main")] == [".zst"]
