"""No memory at the n-th allocation of the log tools, until none fails: each works as ever, or says what failed.

multilog's compressor is counted with it. A multilog that ends is started again at the same pipe, as its supervisor does
it: no line is lost. Programs that take no memory at all would pass too; what they link takes some.
"""

import os
import re
import struct
import subprocess

import pytest
from allocation import Board, need_library
from support.logger import Logger, whole_log
from support.paths import foreign_program, program

LINES = b"".join(b"%05d %s\n" % (number, b"x" * 90) for number in range(400))  # fits into a pipe
STAMPED = b"@4000000065a0000000000000 first\n" + LINES + b"@4000000065a0000100000000 last\n"
STAMP = re.compile(rb"^(?:@[0-9a-f]{24}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[-+]\d\d:\d\d) ", re.MULTILINE)


def every_allocation(run, record_property):
    """run(number) -> (what is wrong or None, the board); number 0: none fails."""
    wrong, board = run(0)
    assert wrong is None and board.programs > 0, wrong
    findings, failed, count = [], 0, board.calls
    for number in range(1, count + 1):
        wrong, board = run(number)
        failed += board.refused > 0
        if wrong:
            findings.append(f"allocation {number} of {count}: {wrong}")
    record_property("faults", failed)
    assert not findings, "\n".join(findings)


def zone_file(path):
    """A time zone that is an hour ahead, always."""
    path.write_bytes(b"TZif" + bytes(16) + struct.pack(">6L", 0, 0, 0, 0, 1, 4) + struct.pack(">lBB", 3600, 0, 0) + b"XYZ\0")
    return path


@pytest.mark.parametrize("zone", ["text", "file"])
@pytest.mark.parametrize("name", ["tai64n", "tai64nlocal"])
def test_a_filter(name, zone, tmp_path, record_property):
    need_library(dynamic=True)
    zone = "XYZ-1" if zone == "text" else f":{zone_file(tmp_path / 'zone')}"
    expected = b"2024-01-11 15:49:26.000000000 first\n" if name == "tai64nlocal" else None

    def run(number):
        board = Board(tmp_path / "board", number)
        environment = {"PATH": "/usr/bin:/bin", "TZ": zone, **board.variables(name)}
        done = subprocess.run([program(name)], input=STAMPED, env=environment, capture_output=True, timeout=30, check=False)
        if name == "tai64n":
            shown = STAMP.sub(b"", done.stdout) == STAMPED
        elif b"tai64nlocal: warning: unable to read the time zone" in done.stderr:
            shown = done.stdout == STAMPED
        else:
            shown = done.stdout.startswith(expected) and LINES in done.stdout
        return None if done.returncode == 0 and shown else f"{done.returncode} {done.stdout[:100]} {done.stderr}", board

    every_allocation(run, record_property)


def test_readproctitle(tmp_path, record_property):
    need_library(dynamic=True)

    def run(number):
        board = Board(tmp_path / "board", number)
        words = [program("readproctitle"), "log:", "." * 40]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=board.variables("readproctitle")) as started:
            said = started.communicate(LINES, timeout=30)[1]
        return None if started.returncode == 0 else f"{started.returncode} {said}", board

    every_allocation(run, record_property)


SCRIPTS = {
    "plain": ["t", "s4096", "n50", "./main"],
    "patterns": ["l", "-*", "+*", "=status", "d", "s4096", "n50", "./main"],
    "compressed": ["t", "s4096", "n50", "z", "./main"],
    "compressed well": ["t", "s16384", "n50", "z19", "./main"],
    "processed": ["t", "s4096", "n50", "!cat", "./main"],
    "dropping": ["t", "s4096", "n50", "A1d", "D", "./main", "./other"],
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_multilog(script, tmp_path, record_property):
    need_library(dynamic=True)
    foreign_program("zstd", "zstd")

    def run(number):
        place = tmp_path / str(number)
        place.mkdir()
        board = Board(tmp_path / "board", number)
        environment = {"PATH": os.environ["PATH"], "TZ": "XYZ-1", **board.variables("multilog")}
        one = Logger(place, environment, *SCRIPTS[script])
        try:
            one.write(LINES)
            code = one.end_input()
            if code != 0:
                if code != 111 or "multilog: fatal: unable to" not in one.stderr():
                    return f"{code} {one.stderr()}", board
                if one.start().await_exit() != 0:
                    return f"the next one: {one.stderr()}", board
        finally:
            one.close()
        log = STAMP.sub(b"", whole_log(place / "main"))
        if board.refused and script.startswith("compressed") and "out of memory" not in one.stderr():
            return f"it said: {one.stderr()}", board
        return None if log == LINES else f"{len(log)} of {len(LINES)} bytes; {one.stderr()}", board

    every_allocation(run, record_property)
