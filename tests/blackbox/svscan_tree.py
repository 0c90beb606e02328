"""A scan directory and the svscan that runs it; `trees` (conftest's nursery) ends whatever a test leaves."""

import os
import pathlib
import signal
import subprocess

from support import orphans, processes, status_record
from support.awaiting import await_until
from support.paths import program
from support.service import shell, write_files

SLEEPS = shell("exec sleep 10000")
COPIES = shell("exec cat >>out")  # a logger: all that it is sent, in its own directory


class Tree:
    """The scan directory `directory`; services are made with add(), svscan is started with start()."""

    def __init__(self, directory, environment):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(exist_ok=True)
        self.environment = environment
        self.said = self.directory.parent / f"{self.directory.name}.stderr"
        self.output = self.directory.parent / f"{self.directory.name}.stdout"
        self.popen = None

    def add(self, name, run=SLEEPS, log=None, **files):
        files = {key.replace("_", "-"): value for key, value in files.items()}
        if log is not None:
            files["log"] = {"run": log}
        # run comes last, so that a directory made in place is whole when it can be seen
        write_files(self.directory / name, {**files, "run": run})
        return self.directory / name

    def start(self, *options, wrap=(), scan_dir=None, environment=None, wait=True, **popen):
        with open(self.said, "ab") as said, open(self.output, "ab") as output:
            self.popen = orphans.own(
                subprocess.Popen(
                    [*wrap, program("svscan"), *options, str(scan_dir or self.directory)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=said,
                    env={**self.environment, **(environment or {})},
                    start_new_session=True,
                    **popen,
                )
            )
        if wait:
            self.await_listening()
        return self

    def await_listening(self):
        def listens():
            if self.popen.poll() is not None:
                return True
            try:
                os.close(os.open(self.directory / ".svscan" / "control", os.O_WRONLY | os.O_NONBLOCK))
                return True
            except OSError:
                return False

        await_until(listens, what=lambda: f"svscan; it said {self.messages()}")

    @property
    def pid(self):
        return self.popen.pid

    def messages(self):
        return self.said.read_text(encoding="utf-8") if self.said.exists() else ""

    def await_said(self, text):
        await_until(lambda: text in self.messages(), what=lambda: f"{text!r} in {self.messages()!r}")

    def command(self, letters):
        fd = os.open(self.directory / ".svscan" / "control", os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(fd, letters.encode())
        finally:
            os.close(fd)

    def send_signal(self, number):
        os.kill(self.pid, number)

    def await_end(self, deadline=20):
        await_until(lambda: self.popen.poll() is not None, deadline, what=lambda: f"svscan's end; {self.messages()}")
        orphans.disown(self.popen)
        return self.popen.returncode

    def stop(self, number=signal.SIGTERM):
        self.send_signal(number)
        return self.await_end()

    def kill(self):
        self.send_signal(signal.SIGKILL)
        assert self.await_end() == -signal.SIGKILL

    # services

    def record(self, name):
        try:
            return status_record.read(self.directory / name)
        except (OSError, ValueError):
            return None

    def main_pid(self, name):
        """The pid of the service's main process while it lives; else None."""
        record = self.record(name)
        return record.pid if record and record.pid and processes.alive(record.pid) else None

    def supervise_pid(self, name):
        record = self.record(name)
        pid = record.supervise_pid if record else None
        return pid if pid and processes.alive(pid) else None

    def await_up(self, name):
        """The pid of the main process, once its own program runs."""

        def runs():
            pid = self.main_pid(name)
            return pid if pid and "supervise" not in processes.command_line(pid).split(" ")[0] else None

        return await_until(runs, what=lambda: f"{name} up; {self.record(name)}; {self.messages()}")

    def await_new_supervise(self, name, old):
        return await_until(
            lambda: self.supervise_pid(name) not in (None, old) and self.supervise_pid(name),
            what=lambda: f"another supervise of {name}; {self.messages()}",
        )


def tree_id(tree):
    return (tree.directory / ".svscan" / "tree").read_text(encoding="ascii").split()[0]
