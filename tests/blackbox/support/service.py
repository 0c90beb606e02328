"""One service directory and the supervise that runs it."""

import dataclasses
import os
import pathlib
import signal
import subprocess

from support import orphans, processes, status_record
from support.awaiting import DEADLINE, await_until
from support.paths import RECORDER, program


def recorded(*lines):
    """A program for a service directory: a recorder script of these actions (tests/recorder/README.md)."""
    return "\n".join((f"#!{RECORDER}", *lines, ""))


def shell(*lines):
    return "\n".join(("#!/bin/sh", *lines, ""))


# The service that most tests need: it runs until it is told to end.
RUNS = recorded("wait")


@dataclasses.dataclass(frozen=True)
class Event:
    time: float  # CLOCK_MONOTONIC seconds
    pid: int
    script: str
    name: str
    rest: str


def write_files(directory, files):
    """{name: content}: text or bytes; a dict is a directory; what begins with "#!" is made executable."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = directory / name
        if isinstance(content, dict):
            write_files(path, content)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else str(content).encode()
        # A new file by rename, so a program that is being executed can be replaced too.
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(data)
        fresh.chmod(0o755 if data.startswith((b"#!", b"\x7fELF")) else 0o644)
        fresh.rename(path)


class Service:
    """A service directory at `directory`; `environment` carries the test's marker."""

    def __init__(self, directory, environment, files=None):
        self.directory = pathlib.Path(directory)
        self.environment = environment
        self.log = self.directory.parent / f".{self.directory.name}.stderr"
        self.popen = None
        write_files(self.directory, files or {})

    # The directory

    def write(self, name, content):
        write_files(self.directory, {name: content})

    def remove(self, name):
        (self.directory / name).unlink()

    def touch(self, name):
        (self.directory / name).touch()

    def path(self, name):
        return self.directory / name

    # supervise

    def start(self, *options, **how):
        """Starts a supervise; returns once it is there to take commands."""
        self.launch(*options, **how)
        await_until(
            lambda: self.popen.poll() is not None or (self.is_supervised() and self.status() is not None),
            what=lambda: f"supervise to take commands; it said: {self.stderr()}",
        )
        return self

    def launch(self, *options, stderr=None, environment=None, argument=None, stdin=subprocess.DEVNULL, pass_fds=(), wrap=()):
        """Starts a supervise and waits for nothing."""
        with open(self.log, "ab") as log:
            self.popen = orphans.own(
                subprocess.Popen(
                    [*wrap, program("supervise"), *options, str(argument or self.directory)],
                    stdin=stdin,
                    stdout=log,
                    stderr=stderr if stderr is not None else log,
                    env={**self.environment, **(environment or {})},
                    start_new_session=True,
                    pass_fds=pass_fds,
                )
            )
        return self

    @property
    def supervise_pid(self):
        return self.popen.pid

    def is_supervised(self):
        """As svok asks: whether somebody reads supervise/ok."""
        try:
            os.close(os.open(self.directory / "supervise" / "ok", os.O_WRONLY | os.O_NONBLOCK))
            return True
        except OSError:
            return False

    def await_exit(self, deadline=DEADLINE):
        """The exit code of supervise (negative: the signal that ended it)."""
        await_until(
            lambda: self.popen.poll() is not None,
            deadline,
            what=lambda: f"the end of supervise; status {self.status()}; it said: {self.stderr()}",
        )
        orphans.disown(self.popen)
        return self.popen.returncode

    def kill_supervise(self):
        """SIGKILL to supervise alone, and waits until it is gone."""
        self.popen.send_signal(signal.SIGKILL)
        code = self.await_exit()
        assert code == -signal.SIGKILL, f"it had exited {code} by itself: {self.stderr()}"

    def stop(self):
        """An orderly end: dx, and the exit code of supervise."""
        self.send("dx")
        return self.await_exit()

    def stderr(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def await_stderr(self, text, deadline=DEADLINE):
        await_until(lambda: text in self.stderr(), deadline, what=lambda: f"{text!r} in: {self.stderr()!r}")

    # Commands

    def send(self, letters):
        data = letters if isinstance(letters, bytes) else letters.encode()
        control = os.open(self.directory / "supervise" / "control", os.O_WRONLY | os.O_NONBLOCK)
        try:
            assert os.write(control, data) == len(data)
        finally:
            os.close(control)

    def command(self, letters):
        """Sends the letters and waits until supervise has read them all."""
        before = self.status().commands
        self.send(letters)
        self.await_status(lambda now: now.commands >= before + len(letters), what=f"commands {letters!r} to be read")

    # What it is doing

    def status(self):
        return status_record.read(self.directory)

    def deaths(self):
        return status_record.read_deaths(self.directory)

    def await_status(self, condition, deadline=DEADLINE, what="a status"):
        """Waits for a record for which `condition` is true, and returns it."""
        found = []

        def look():
            record = self.status()
            if record is not None and condition(record):
                found.append(record)
            return found

        await_until(look, deadline, what=lambda: f"{what}; it is {self.status()}; supervise said: {self.stderr()}")
        return found[0]

    def await_phase(self, *phases, deadline=DEADLINE):
        return self.await_status(lambda now: now.phase in phases, deadline, what=f"phase {' or '.join(phases)}")

    def await_starts(self, count, deadline=DEADLINE):
        return self.await_status(lambda now: now.starts >= count, deadline, what=f"{count} starts")

    def await_deaths(self, count=1):
        """The ring of deaths, once it has so many; it is written after the record."""
        await_until(lambda: len(self.deaths()) >= count, what=lambda: f"{count} deaths; status {self.status()}; {self.stderr()}")
        return self.deaths()

    # What its programs recorded

    def events(self, name=None, script=None):
        """The record of its recorder scripts; `name` and `script` choose."""
        try:
            text = (self.directory / "events").read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        found = []
        for line in text.splitlines():
            stamp, pid, source, event, *rest = line.split(" ", 4)
            if (name is None or event == name) and (script is None or source == script):
                found.append(Event(int(stamp) / 1e9, int(pid), source, event, rest[0] if rest else ""))
        return found

    def await_events(self, name, count=1, script=None, rest=None, deadline=DEADLINE):
        """Waits until there are so many of these events, and returns them."""

        def matching():
            return [one for one in self.events(name, script) if rest is None or one.rest == rest]

        await_until(
            lambda: len(matching()) >= count,
            deadline,
            what=lambda: f"{count} × {name} {rest or ''} of {script or 'any'}; recorded: {self.events()}; "
            f"status {self.status()}; supervise said: {self.stderr()}",
        )
        return matching()

    def await_event(self, name, script=None, rest=None, deadline=DEADLINE):
        return self.await_events(name, 1, script, rest, deadline)[-1]

    # The end of the test

    def end(self):
        """Ends what still runs: the main process by KILL, the rest by supervise. What is left is the test's finding."""
        if self.popen is None or self.popen.poll() is not None:
            return
        try:
            os.kill(self.popen.pid, signal.SIGCONT)
            self.send("dxk")
            self.await_exit()
        except OSError:
            pass  # it has no control FIFO (any more); what is left is found by its marker


def supervised_processes(service):
    """All processes of the test but its supervisors."""
    marker = service.environment[processes.MARKER]
    return [pid for pid in processes.marked(marker) if pid != service.supervise_pid]
