"""tai64n, tai64nlocal and readproctitle beside daemontools' own."""

import fcntl
import os
import re
import subprocess
import sys
import termios
import time

import pytest
from support import processes
from support.awaiting import await_until
from support.paths import foreign_program, program

STAMPED = [
    b"@4000000037c219bf2ef02e94 mark\n",
    b"@400000003b4a39c23294b13c fatal: out of memory\n@400000003b4a39c23294b13c\n",
    b"plain\n\nx@400000003b4a39c23294b13c no\n",
    b"@400000003b4a39c23294b13c no newline",
    b"@400000003b4a39c23294b13c@400000003b4a39c23294b13c\n",
    b"a" * 200_000 + b"\n@400000003b4a39c23294b13c end\n",
    b"@400000003b4a39c23294b13c " * 9000 + b"\n",
    b"@400000003b4a39c23294b13c x\n" * 9000,
    b"\0@400000003b4a39c23294b13c\n@400000003b4a39c23294b13c\0\n",
]


def run(binary, name, text, **variables):
    return subprocess.run([name], executable=binary, input=text, capture_output=True, env={"TZ": "UTC0", **variables}, timeout=30, check=False)


@pytest.mark.parametrize("zone", ["UTC0", "<HERE>-5:45", "Europe/Berlin"])
@pytest.mark.parametrize("number", range(len(STAMPED)))
def test_tai64nlocal(bin_dir, number, zone):
    ours = run(program("tai64nlocal"), "tai64nlocal", STAMPED[number], TZ=zone)
    theirs = run(foreign_program("tai64nlocal", "daemontools"), "tai64nlocal", STAMPED[number], TZ=zone)
    assert ours.stdout == theirs.stdout
    assert ours.returncode == theirs.returncode == 0


@pytest.mark.parametrize(
    "text", [b"@\n", b"@", b"@400\n", b"@40000000zz\n", b"@400000003b4a39c23294b13\n", b"@400000003b4a39c23294b13", b"@400000003b4a39c23294B13c x\n"]
)
def test_what_is_no_stamp_passes(bin_dir, text):
    """daemontools' tai64nlocal crashes on these."""
    assert run(program("tai64nlocal"), "tai64nlocal", text).stdout == text


@pytest.mark.parametrize("text", [b"", b"one\n", b"one\ntwo", b"\n\n", b"x" * 300_000 + b"\ny\n", b"line\n" * 50_000])
def test_tai64n(bin_dir, text):
    ours = run(program("tai64n"), "tai64n", text)
    theirs = run(foreign_program("tai64n", "daemontools"), "tai64n", text)
    assert (ours.returncode, theirs.returncode) == (0, 0)
    assert re.sub(rb"@[0-9a-f]{24} ", b"@ ", ours.stdout) == re.sub(rb"@[0-9a-f]{24} ", b"@ ", theirs.stdout)


def test_there_and_back(bin_dir):
    before = time.time()
    stamped = run(program("tai64n"), "tai64n", b"one\n").stdout
    shown = run(program("tai64nlocal"), "tai64nlocal", stamped).stdout.decode()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} one\n", shown)
    assert abs(time.mktime(time.strptime(shown[:19], "%Y-%m-%d %H:%M:%S")) - time.timezone * 0 - before) < 86_400


@pytest.mark.parametrize("name", ["tai64n", "tai64nlocal"])
def test_what_cannot_be_written(bin_dir, name):
    with open("/dev/full", "wb") as full:
        assert subprocess.run([program(name)], input=b"one\n", stdout=full, check=False).returncode == 111


@pytest.mark.parametrize("name", ["tai64n", "tai64nlocal"])
def test_what_cannot_be_read(bin_dir, tmp_path, name):
    directory = os.open(tmp_path, os.O_RDONLY)
    assert subprocess.run([program(name)], stdin=directory, stdout=subprocess.DEVNULL, check=False).returncode == 111
    os.close(directory)


@pytest.mark.parametrize("name", ["tai64n", "tai64nlocal"])
def test_nothing_is_held_back(bin_dir, nursery, name):
    with subprocess.Popen([program(name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=nursery.environment) as tool:
        tool.stdin.write(b"prompt: ")
        tool.stdin.flush()
        assert os.read(tool.stdout.fileno(), 100).endswith(b"prompt: ")
        tool.stdin.close()
        assert tool.wait(timeout=20) == 0


def arguments_of(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().split(b"\0")[:-1] or [b""]  # while it is being exec'd


def is_empty(pipe):
    return int.from_bytes(fcntl.ioctl(pipe.fileno(), termios.FIONREAD, bytes(4)), sys.byteorder) == 0


@pytest.mark.parametrize("text", [b"fatal error xyz\nwarning abc\n", b"a", b"one\n" * 2000, b"a\0b\n"])
def test_readproctitle(bin_dir, nursery, text):
    results = []
    for binary in (program("readproctitle"), foreign_program("readproctitle", "daemontools")):
        with subprocess.Popen(
            ["readproctitle", "io", "errors:", "." * 19], executable=binary, stdin=subprocess.PIPE, env=nursery.environment
        ) as tool:
            tool.stdin.write(text)
            tool.stdin.flush()
            await_until(lambda: arguments_of(tool.pid)[-1].endswith(text[-1:]), 20, what=lambda: f"{text} in {arguments_of(tool.pid)}")
            await_until(lambda: is_empty(tool.stdin) and processes.state(tool.pid) == "S", 20, "the end of the text")
            results.append(arguments_of(tool.pid))
            tool.stdin.close()
            assert tool.wait(timeout=20) == 0
    assert results[0][:3] == results[1][:3] == [b"readproctitle", b"io", b"errors:"]
    if b"\0" not in text:
        assert results[0] == results[1]


@pytest.mark.parametrize("words", [[], ["...."], ["words", "..."]])
def test_readproctitle_without_dots(bin_dir, words):
    assert subprocess.run([program("readproctitle"), *words], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 100


def test_logtools_by_its_own_name(bin_dir):
    done = subprocess.run([program("logtools"), "tai64n"], input=b"one\n", capture_output=True, check=False)
    assert re.fullmatch(rb"@[0-9a-f]{24} one\n", done.stdout)
    done = subprocess.run([program("logtools"), "cat"], capture_output=True, check=False)
    assert done.returncode == 100 and done.stderr.startswith(b"logtools: usage: logtools NAME")
