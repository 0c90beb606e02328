"""The helpers that change descriptors: fdswap, pipe-to, recordio."""

import os
import re
import signal
import socket
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import SYSTEM, sh
from support.paths import BIN, foreign_program, program
from support.processes import alive, parent

BLOCK = ("{", "sed", "s/^/read: /", "}")


def test_fdswap(chain):
    done = chain("fdswap", "1", "2", *sh("echo out; echo err >&2"))
    assert (done.stdout, done.stderr) == (b"err\n", b"out\n")
    assert chain("fdswap", "1", "2", "fdswap", "2", "1", *sh("echo out")).stdout == b"out\n"
    show = sh("readlink /proc/$$/fd/0; cd /proc/$$/fd; echo *")
    given = ("redirfd", "-r", "5", "/dev/null")
    assert chain(*given, "fdswap", "1", "1", *show).stdout == chain(*given, *show).stdout
    swapped = chain(*given, "fdswap", "5", "0", *show).stdout.splitlines()
    assert swapped == [b"/dev/null", chain(*given, *show).stdout.splitlines()[1]]


@pytest.mark.parametrize(("a", "b"), [("1", "77"), ("1", "3"), ("77", "1"), ("77", "78"), ("77", "77")])
def test_fdswap_of_closed_descriptors(chain, a, b):
    done = chain("fdswap", a, b, "true")
    assert (done.returncode, done.stderr) == (111, f"fdswap: fatal: unable to swap descriptors {a} and {b}: file descriptor not open\n".encode())


@pytest.mark.parametrize("words", [[], ["1"], ["1", "2"], ["1", "x", "true"], ["-1", "2", "true"], ["", "2", "true"]])
def test_fdswap_usage(chain, words):
    assert chain("fdswap", *words).returncode == 100


# pipe-to


def test_pipe_to(chain):
    assert chain("pipe-to", *BLOCK, "echo", "hello").stdout == b"read: hello\n"
    assert chain("pipe-to", "{", "umask", "027", "pipe-to", *BLOCK, *sh("umask; cat"), "}", "echo", "hello").stdout == b"read: 0027\nread: hello\n"
    assert chain("pipe-to", "-d", "-e", *BLOCK, *sh("echo out; echo err >&2")).stdout == b"read: out\nread: err\n"
    done = chain("pipe-to", *BLOCK, *sh("echo out; echo err >&2; exit 3"))
    assert (done.returncode, done.stderr) == (3, b"err\n")


@pytest.mark.parametrize("option", [[], ["-d"]])
def test_the_program_of_pipe_to_stays_the_process(nursery, option):
    command = [program("pipe-to"), *option, "{", *sh("echo $$; cat"), "}", *sh("echo $$; read line; exit 7")]
    environment = {**nursery.environment, "PATH": f"{BIN}:{SYSTEM}"}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        pids = {int(process.stdout.readline()), int(process.stdout.readline())}
        (reader,) = pids - {process.pid}
        assert (parent(reader) == process.pid) is (option == [])
        process.stdin.close()
        assert process.stdout.read() == b""  # the reader has it open until it ends
        process.stdin = None
    assert process.returncode == 7


@pytest.mark.parametrize("closed", ["0", "1", "2"])
def test_pipe_to_with_closed_descriptors(run, tmp_path, closed):
    text = sh("echo hello; cd /proc/$$/fd; for n in *; do test -e $n && test $n -gt 2 && echo more: $n; done")
    for extra in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
        run("fdclose", closed, "pipe-to", "{", *sh("cat > part; mv part seen"), "}", *text, environment=extra)
        # Nobody waits for the reader: it ends after the program.
        await_until((tmp_path / "seen").exists, what="the output")
        assert (tmp_path / "seen").read_text() == "hello\n"
        (tmp_path / "seen").unlink()


def test_pipe_to_troubles(chain):
    done = chain("pipe-to", "{", "absent-program", "}", "true")
    assert (done.returncode, done.stderr) == (111, b"pipe-to: fatal: unable to run absent-program: file does not exist\n")
    for words in ([], ["{", "cat"], ["{", "}", "true"], ["{", "cat", "}"], ["-x", "{", "cat", "}", "true"]):
        assert chain("pipe-to", *words).returncode == 100


# recordio


def lines_of(done):
    """Standard error by direction: the two are not in a fixed order."""
    lines = [re.sub(rb"^\d+", b"PID", line) for line in done.stderr.splitlines(keepends=True)]
    return [line for line in lines if b" < " in line], [line for line in lines if b" < " not in line]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("cat", b"a\nb"), ("cat", b""), ("cat", b"\n\n"), ("cat > /dev/null; printf done", b"x" * 3000), ("cat", b"y" * 256 + b"\n"), ("cat", b"z" * 257 + b"\n"),
        ("cat", b"\0\xff\r\n\t"), ("cat; exit 4", b"end"), ("cat; printf 'no newline'", b""), ("cat", b"w" * 255 + b"\n" + b"v" * 512),
    ],
)  # fmt: skip
def test_recordio_is_as_that_of_ucspi_tcp(run, text, given):
    theirs_program = foreign_program("recordio", "ucspi-tcp")
    theirs = subprocess.run([theirs_program, *sh(text)], input=given, capture_output=True, timeout=30, check=False)
    for extra in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
        ours = run("umask", "022", "recordio", *sh(text), input=given, environment=extra)
        assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
        assert lines_of(ours) == lines_of(theirs)


def test_recordio_troubles(chain, run):
    assert chain("recordio").returncode == 100
    done = run("recordio", "absent-program")
    assert done.returncode == 111
    assert b"recordio: fatal: unable to run absent-program: file does not exist\n" in done.stderr


def test_the_program_of_recordio_stays_the_process(nursery):
    command = [program("redirfd"), "-r", "9", "/dev/null", program("recordio"), *sh("echo $$; exec cat")]
    with subprocess.Popen(command, env=nursery.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert int(process.stdout.readline()) == process.pid
        assert process.stderr.readline() == f"{process.pid} > {process.pid} \n".encode()
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            (recorder,) = (int(pid) for pid in file.read().split())
        await_until(lambda: len(os.listdir(f"/proc/{recorder}/fd")) == 5, what="nothing but its five descriptors")
        # What is sent to the group does not cut the record off.
        os.kill(recorder, signal.SIGTERM)
        process.stdin.write(b"later\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"later\n"
        assert process.stderr.readline() == f"{process.pid} < later \n".encode()
        process.stdin.close()
        process.stdin = None
        process.stderr.read()
    assert process.returncode == 0
    await_until(lambda: not alive(recorder), what="the end of the recorder")


def test_recordio_does_not_block_one_direction_on_the_other(nursery):
    """A program that reads nothing until all of its output is taken, and a client that takes nothing until all is sent."""
    ours, theirs = socket.socketpair()
    size = 2_000_000
    reader = "import sys; sys.stdout.buffer.write(b'o' * %d); sys.stdout.flush(); print(len(sys.stdin.buffer.read()))" % size
    with ours, subprocess.Popen(
        [program("recordio"), "/usr/bin/python3", "-c", reader], env=nursery.environment, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
    ) as process:
        theirs.close()
        ours.settimeout(30)
        ours.sendall(b"i" * 30_000)  # as much as the pipes and sockets hold, which the program does not read yet
        got = 0
        while got < size:
            got += len(ours.recv(65536))
        ours.sendall(b"i" * 100_000)
        ours.shutdown(socket.SHUT_WR)
        assert ours.recv(100).strip() == b"130000"
    assert process.returncode == 0
