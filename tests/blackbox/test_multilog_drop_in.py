"""multilog beside daemontools' own: the same script and the same input give the same files, words and exit codes."""

import os
import signal

import pytest
from support.logger import Logger, mode, old_files, run, whole_log, without_stamps
from support.paths import foreign_program

LINES = b"".join(b"line %d of some, %s\n" % (number, b"x" * (number * 37 % 120)) for number in range(400))
SYSLOG = b"named[135]: Cleaned cache of 3121 RRs\nfatal: out of memory\nhello\nhello world\nSTAT a\n\nSTAT b\n*star\n"

SCRIPTS = {
    "one log": (["./main"], LINES),
    "stamped": (["t", "./main"], LINES),
    "any word that begins with t": (["tai", "./main"], b"a\n"),
    "nothing": (["./main"], b""),
    "no newline at the end": (["./main"], b"one\ntwo"),
    "only a partial line": (["t", "./main"], b"two"),
    "empty lines": (["t", "./main"], b"\n\n\n"),
    "NUL and high bytes": (["./main"], b"a\0b\n\xff\xfe\n"),
    "a very long line": (["./main"], b"y" * 70_000 + b"\nend\n"),
    "a very long line with patterns": (["-*end*", "./main"], b"y" * 70_000 + b"\nend\n"),
    "deselect": (["-hello", "./main"], SYSLOG),
    "deselect all, select": (["-*", "+STAT*", "./main"], SYSLOG),
    "a star in the middle": (["-named[*]: Cleaned cache *", "./main"], SYSLOG),
    "two stars": (["-*", "+**", "./main"], SYSLOG),
    "a star matches no next character": (["-*", "+*: *", "./main"], SYSLOG),
    "the stamp is matched": (["t", "-*", "+* fatal: *", "./main"], SYSLOG),
    "patterns see 1000 bytes": (["-*", "+" + "z" * 1000, "./main"], b"z" * 1000 + b"\n" + b"z" * 1500 + b"\n" + b"z" * 999 + b"\n"),
    "two logs": (["./main", "-*", "+STAT*", "./second"], SYSLOG),
    "an alert": (["-*", "+fatal*", "e", "./main"], SYSLOG),
    "a long alert": (["e", "./main"], b"w" * 200 + b"\n" + b"w" * 201 + b"\n" + b"w" * 1500 + b"\n"),
    "a status file": (["-*", "+STAT*", "=status", "./main"], SYSLOG),
    "a long status": (["=status", "./main"], b"s" * 1500 + b"\n"),
    "the last of two": (["=status", "./main"], b"s" * 1500 + b"\nshort\n"),
    "sizes below the least": (["s1", "n100", "./main"], LINES[:9000]),
    "no actions": ([], LINES),
    "an absolute directory": (["t", "{cwd}/main"], LINES),
}


def both(tmp_path, environment, script, text):
    """(ours, daemontools') directory and result."""
    found = []
    for name, binary in (("ours", None), ("theirs", foreign_program("multilog", "daemontools"))):
        place = tmp_path / name
        place.mkdir()
        found.append((place, run(place, environment, [word.format(cwd=place) for word in script], text, binary)))
    return found


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_same_files(tmp_path, nursery, bin_dir, name):
    (ours, done), (theirs, expected) = both(tmp_path, nursery.environment, *SCRIPTS[name])
    assert done.returncode == expected.returncode
    assert without_stamps(done.stderr) == without_stamps(expected.stderr)
    assert sorted(os.listdir(ours)) == sorted(os.listdir(theirs))
    for entry in os.listdir(theirs):
        if (theirs / entry).is_file():
            assert without_stamps((ours / entry).read_bytes()) == without_stamps((theirs / entry).read_bytes())
            assert mode(ours / entry) == mode(theirs / entry)
            continue
        assert mode(ours / entry) == mode(theirs / entry)
        assert without_stamps(whole_log(ours / entry)) == without_stamps(whole_log(theirs / entry))
        for file in ("lock", "state", "current"):
            assert mode(ours / entry / file) == mode(theirs / entry / file)


@pytest.mark.parametrize("script", [["s4096", "n3", "./main"], ["t", "s5000", "n100", "./main"], ["s4096", "n100", "-*7*", "./main"]], ids=" ".join)
def test_the_same_rotation_when_lines_come_one_by_one(tmp_path, nursery, bin_dir, script):
    """Then daemontools' multilog looks at each line too, and both rotate behind the same one."""
    sizes = []
    for name, binary in (("ours", None), ("theirs", foreign_program("multilog", "daemontools"))):
        (tmp_path / name).mkdir()
        one = Logger(tmp_path / name, nursery.environment, *script, binary=binary)
        try:
            for number in range(90):
                line = b"%d %s" % (number, b"x" * (number * 37 % 160))
                one.write(line + b"\n")
                if not (b"7" in line and "-*7*" in script):
                    one.await_text(line + b"\n")
            assert one.end_input() == 0
        finally:
            one.close()
        directory = tmp_path / name / "main"
        sizes.append([(path.stat().st_size, path.suffix, mode(path)) for path in [*old_files(directory), directory / "current"]])
    assert sizes[0] == sizes[1]
    assert len(sizes[0]) > 2


@pytest.mark.parametrize(
    "script, code",
    [(["/nowhere/at/all"], 111), (["=/nowhere/at/all", "./main"], 111), (["./file"], 111)],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_same_complaint(tmp_path, nursery, bin_dir, script, code):
    ours, theirs = foreign_program("multilog", "daemontools"), None
    (tmp_path / "file").write_text("")
    results = [run(tmp_path, nursery.environment, script, b"a\n", binary) for binary in (ours, theirs)]
    assert results[0].returncode == results[1].returncode == code
    assert results[0].stderr == results[1].stderr


def test_a_locked_directory(logger, tmp_path, nursery):
    logger("./main").say("one\n")
    theirs = foreign_program("multilog", "daemontools")
    for binary in (None, theirs):
        done = run(tmp_path, nursery.environment, ["./main"], b"two\n", binary)
        assert (done.returncode, done.stderr) == (111, b"multilog: fatal: unable to lock directory ./main: temporary failure\n")


def test_each_continues_what_the_other_left(tmp_path, nursery, bin_dir):
    theirs = foreign_program("multilog", "daemontools")
    for turn in range(4):
        assert run(tmp_path, nursery.environment, ["./main"], b"turn %d\n" % turn, theirs if turn % 2 else None).returncode == 0
    assert (tmp_path / "main" / "current").read_bytes() == b"turn 0\nturn 1\nturn 2\nturn 3\n"
    assert not old_files(tmp_path / "main")


def test_what_daemontools_left_at_an_outage_becomes_u(tmp_path, nursery, bin_dir):
    """No mark of ours says that it was only killed: it may be cut."""
    theirs = Logger(tmp_path, nursery.environment, "t", "./main", binary=foreign_program("multilog", "daemontools"))
    theirs.say("one\n")
    theirs.kill()
    theirs.close()
    assert run(tmp_path, nursery.environment, ["t", "./main"], b"two\n").returncode == 0
    (old,) = old_files(tmp_path / "main")
    assert (old.suffix, mode(old), without_stamps(old.read_bytes())) == (".u", 0o644, b"@STAMP one\n")
    assert without_stamps((tmp_path / "main" / "current").read_bytes()) == b"@STAMP two\n"


@pytest.mark.parametrize("state", ["processed", "unprocessed"])
def test_an_outage_while_a_processor_ran(tmp_path, nursery, bin_dir, state):
    results = []
    for binary in (None, foreign_program("multilog", "daemontools")):
        place = tmp_path / ("ours" if binary is None else "theirs")
        main = place / "main"
        main.mkdir(parents=True)
        (main / "current").write_text("current\n")
        (main / "previous").write_text("previous\n")
        (main / "previous").chmod(0o744)
        (main / "processed").write_text("processed\n")
        (main / "processed").chmod(0o744 if state == "processed" else 0o644)
        (main / "state").write_text("state\n")
        assert run(place, nursery.environment, ["!cat", "./main"], b"new\n", binary).returncode == 0
        names = sorted(path.name for path in main.iterdir() if not path.name.startswith("@") and path.name != "pending")
        results.append(([(path.suffix, path.read_bytes()) for path in old_files(main)], names, (main / "state").read_bytes()))
    assert results[0] == results[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGALRM])
def test_signals(tmp_path, nursery, bin_dir, number):
    results = []
    for name, binary in (("ours", None), ("theirs", foreign_program("multilog", "daemontools"))):
        (tmp_path / name).mkdir()
        one = Logger(tmp_path / name, nursery.environment, "./main", binary=binary)
        try:
            one.say("one\n")
            one.signal(number)
            if number == signal.SIGALRM:
                main = one.directory / "main"
                one.await_text("one\n")
                while not old_files(main):
                    one.popen.poll()
                one.say("two\n")
                code = one.end_input()
            else:
                code = one.await_exit()
            main = one.directory / "main"
            results.append((code, [(path.suffix, mode(path), path.read_bytes()) for path in old_files(main)], one.current(), mode(main / "current")))
        finally:
            one.close()
    assert results[0] == results[1]
