"""A multilog under test: the pipe that feeds it, held open as svscan does, and its directories as a reader sees them."""

import os
import pathlib
import re
import signal
import subprocess

from support.awaiting import await_until
from support.paths import program

DEADLINE = 30.0
STAMP = re.compile(rb"^@[0-9a-f]{24} ", re.MULTILINE)


def without_stamps(text):
    return STAMP.sub(b"@STAMP ", text)


def old_files(directory):
    """Oldest first; none while there is no directory."""
    return sorted(pathlib.Path(directory).glob("@*"))


def content(path):
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    return path.read_bytes()


def whole_log(directory):
    """All that the log holds, oldest first."""
    current = pathlib.Path(directory) / "current"
    return b"".join(map(content, old_files(directory))) + (current.read_bytes() if current.exists() else b"")


def mode(path):
    return os.stat(path).st_mode & 0o7777


def end_of_log(directory):
    """The last old file and `current`, as far as they are there at this moment."""
    text = b""
    for path in (*old_files(directory)[-1:], pathlib.Path(directory) / "current"):
        try:
            text += content(path)
        except (FileNotFoundError, subprocess.CalledProcessError):
            pass  # being rotated, removed or compressed
    return text


class Logger:
    """multilog SCRIPT in `directory`. The pipe stays when it ends; start() again gives it to the next one."""

    def __init__(self, directory, environment, *script, binary=None, errors=None, **variables):
        self.errors = errors or pathlib.Path(directory) / "stderr"
        self.directory, self.script = pathlib.Path(directory), list(map(str, script))
        self.binary = binary or program("multilog")
        self.environment = {**environment, **variables}
        self.reader, self.writer = os.pipe()
        self.popen = None
        self.start()

    def start(self):
        errors = open(self.errors, "ab")
        with errors:
            self.popen = subprocess.Popen(
                ["multilog", *self.script], executable=self.binary, stdin=self.reader, stderr=errors, cwd=self.directory, env=self.environment
            )
        return self

    @property
    def pid(self):
        return self.popen.pid

    def write(self, text):
        os.write(self.writer, text.encode() if isinstance(text, str) else text)

    def stderr(self):
        return self.errors.read_text(encoding="utf-8", errors="replace")

    def current(self, name="main"):
        try:
            return (self.directory / name / "current").read_bytes()
        except FileNotFoundError:
            return b""

    def await_text(self, text, name="main"):
        """Until the log ends with it."""
        text = text.encode() if isinstance(text, str) else text
        await_until(
            lambda: (self.directory / name).is_dir() and end_of_log(self.directory / name).endswith(text),
            DEADLINE,
            what=lambda: f"{text[-200:]} at the end of the log; current: {self.current(name)[-300:]}; it said: {self.stderr()}",
        )

    def say(self, text, name="main"):
        """Writes a line and waits until it is in the log."""
        self.write(text)
        self.await_text(text, name)

    def signal(self, number):
        self.popen.send_signal(number)

    def await_exit(self):
        return self.popen.wait(timeout=DEADLINE)

    def kill(self):
        self.popen.kill()
        self.popen.wait(timeout=DEADLINE)

    def end_input(self):
        """The end of the input; its exit code."""
        os.close(self.writer)
        self.writer = None
        return self.await_exit()

    def close(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGKILL)
            self.popen.wait(timeout=DEADLINE)
        for descriptor in (self.reader, self.writer):
            if descriptor is not None:
                os.close(descriptor)


def run(directory, environment, script, text, binary=None):
    """multilog with this input, to its end: subprocess.CompletedProcess with bytes."""
    return subprocess.run(
        ["multilog", *map(str, script)],
        executable=binary or program("multilog"),
        input=text if isinstance(text, bytes) else text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=directory,
        env=environment,
        timeout=60,
        check=False,
    )
