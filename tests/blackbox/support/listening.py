"""Servers that listen on a port or path of the kernel's choice: started by a chain, found by what -1 prints."""

import os
import re
import signal
import socket
import subprocess

import pytest
from support import orphans
from support.awaiting import await_until
from support.paths import BIN, program

DEADLINE = 30.0


class Served:
    """A running chain whose standard error goes to a file."""

    def __init__(self, command, nursery, tmp_path, environment=None, **options):
        self.log = tmp_path / f"log{len(list(tmp_path.glob('log*')))}"
        with open(self.log, "wb") as log:
            self.popen = orphans.own(
                subprocess.Popen(
                    [program(command[0]), *map(str, command[1:])],
                    cwd=tmp_path,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    env={**nursery.environment, "PATH": f"{BIN}:/usr/sbin:/usr/bin:/sbin:/bin", **(environment or {})},
                    **options,
                )
            )

    @property
    def pid(self):
        return self.popen.pid

    def read_port(self):
        line = self.popen.stdout.readline()
        self.popen.stdout.close()
        assert line, self.said()
        self.port = int(line)
        return self

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def await_said(self, text, count=1):
        await_until(lambda: self.said().count(text) >= count, DEADLINE, what=lambda: f"{count} × {text!r} in {self.said()!r}")

    def connect(self, source=None):
        one = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE, source_address=(source, 0) if source else None)
        return one

    def ask(self, text=b"", source=None):
        """Sends the text and no more, and returns all that comes back."""
        with self.connect(source) as one:
            return exchange(one, text)

    def await_exit(self):
        await_until(lambda: self.popen.poll() is not None, DEADLINE, what=lambda: f"the end; it said {self.said()!r}")
        return self.popen.returncode

    def end(self):
        if self.popen.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.popen.wait()
        orphans.disown(self.popen)


def exchange(one, text=b""):
    """Sends the text and no more, and returns all that comes back; None if the connection was broken off."""
    try:
        if text:
            one.sendall(text)
        one.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # a program that does not read may have ended already, and what it said counts
    parts = []
    try:
        while part := one.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        return None
    return b"".join(parts)


@pytest.fixture
def serve(bin_dir, nursery, tmp_path):
    """serve("tcp-listen", …): a running chain. With port=True it begins by printing the port."""
    started = []

    def start(*command, port=False, **options):
        one = Served(command, nursery, tmp_path, **options, **({"stdout": subprocess.PIPE} if port else {}))
        started.append(one)
        return one.read_port() if port else one

    yield start
    for one in started:
        one.end()
    # What served a connection is about to end with it; what does not is the nursery's finding.
    try:
        await_until(lambda: not nursery.processes(), DEADLINE)
    except AssertionError:
        pass
    for one in started:
        assert not re.search(r"Sanitizer|runtime error:|Assertion '", one.said()), one.said()


@pytest.fixture
def accept_each(serve):
    """accept_each("-c", 2, "cat"): a server on a port of 127.0.0.1."""

    def start(*words, **options):
        return serve("tcp-listen", "127.0.0.1", 0, "accept-each", "-1", *words, port=True, **options)

    return start
