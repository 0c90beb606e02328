"""a connection -> the program for it is exec'd, ms

Per connection: accept-each beside systemd-socket-activate --accept, ucspi-tcp's tcpserver and ipsvd's tcpsvd, from right before connect(2); all listen at
the same time. Socket activation: when-readable beside systemd-socket-activate, which start the program at the first connection. Memory is
the listener's anonymous memory while it waits. What is not installed is left out.
"""

import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import time
from contextlib import ExitStack
from typing import Callable, NamedTuple

from measure import processes
from measure.programs import ours, own
from measure.trees import ground

SYSTEMD = "systemd-socket-activate"


class Listener(NamedTuple):
    name: str
    program: str  # that must be there
    command: Callable  # (port, program) -> command


EACH = (
    Listener("reeve", "", lambda port, program: [ours("tcp-listen"), "127.0.0.1", port, ours("accept-each"), *program]),
    Listener("systemd", SYSTEMD, lambda port, program: [SYSTEMD, "--accept", "--inetd", "-E", "BENCH_STAMPS", "-l", f"127.0.0.1:{port}", *program]),
    Listener("ucspi-tcp", "tcpserver", lambda port, program: ["tcpserver", "-HRDl0", "127.0.0.1", port, *program]),
    Listener("ipsvd", "tcpsvd", lambda port, program: ["tcpsvd", "-l0", "127.0.0.1", port, *program]),
)
FIRST = (
    Listener("reeve", "", lambda port, program: [ours("tcp-listen"), "127.0.0.1", port, ours("when-readable"), *program]),
    Listener("systemd", SYSTEMD, lambda port, program: [SYSTEMD, "-E", "BENCH_STAMPS", "-l", f"127.0.0.1:{port}", *program]),
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    wanted = f":{port:04X} 00000000:0000 0A"
    return wanted in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii")


class listening(ground):
    """One listener, started and ready."""

    def __init__(self, listener):
        super().__init__(None)
        self.environment["PATH"] = os.environ.get("PATH", "/usr/bin:/bin")
        self.port = free_port()
        words = listener.command(str(self.port), [own("stamp"), "once"])
        words[0] = shutil.which(words[0]) or words[0]
        self.process = subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.started.append(self.process)
        processes.await_condition(listener.name, lambda: listens(self.port))

    def connect(self):
        """ms from connect to the exec of the program."""
        self.stamps.forget()
        before = time.monotonic_ns()
        with socket.create_connection(("127.0.0.1", self.port)):
            return (self.stamps.take(lambda stamp: stamp.moment > before).moment - before) / 1e6

    def ask_for_the_end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)


def measure(topic, quick):
    times = 10 if quick else 200
    rows = {}
    with ExitStack() as stack:
        running = [(one, stack.enter_context(listening(one))) for one in EACH if not one.program or shutil.which(one.program)]
        for one, listener in running:
            rows[one.name] = ([], processes.anonymous_kb(listener.process.pid))
        for _ in range(times):
            for one, listener in running:
                rows[one.name][0].append(listener.connect())
    table(topic, "each connection, ms", rows)
    rows = {one.name: ([], []) for one in FIRST if not one.program or shutil.which(one.program)}
    for _ in range(max(2, times // 10)):
        for one in FIRST:
            if one.name in rows:
                with listening(one) as listener:
                    rows[one.name][1].append(processes.anonymous_kb(listener.process.pid))
                    rows[one.name][0].append(listener.connect())
    table(topic, "socket activation, ms", {name: (found, statistics.median(memory)) for name, (found, memory) in rows.items()})


def table(topic, title, rows):
    topic.group(title, ["median", "memory, kB"])
    for name, (found, memory) in rows.items():
        topic.row(name, found, memory)
