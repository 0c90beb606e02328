"""The heap and supervise: after start-up nothing is allocated, so nothing changes when there is no memory to be had.

tests/fault/allocation_fault.cpp is preloaded into the supervise under test. That needs one that is linked dynamically:
tests/run assertions has it.
"""

import mmap
import os
import signal
import struct
import subprocess

import pytest
from support.awaiting import await_until
from support.paths import BIN, linked_with, with_sanitizers
from support.service import RUNS, recorded, shell

LIBRARY = BIN.parent / "tests" / "fault" / "allocation_fault.so"
AT_ONCE = {"restart-delay": "1 1 1"}
ROUNDS = 1000


class Board:
    """What the preloaded library counts, and the switch that makes it refuse (struct board)."""

    def __init__(self, path):
        path.write_bytes(bytes(32))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 32)
        self.environment = {"LD_PRELOAD": str(LIBRARY), "REEVE_ALLOCATION_FAULT": str(path)}

    def number(self, index):
        return struct.unpack_from("<Q", self.memory, 8 * index)[0]

    programs = property(lambda self: self.number(0))
    calls = property(lambda self: self.number(1))
    refused = property(lambda self: self.number(2))

    def refuse(self):
        struct.pack_into("<Q", self.memory, 24, 1)


@pytest.fixture
def board(tmp_path):
    if linked_with() != "host" or with_sanitizers():
        pytest.skip("needs a supervise that is linked dynamically, without sanitizers: tests/run assertions")
    assert LIBRARY.is_file(), f"{LIBRARY} is not there: build it (tests/run does)"
    return Board(tmp_path / "board")


@pytest.fixture
def watched(service, board):
    """A factory as `service`, whose supervise gets no memory from the moment at which it takes commands."""

    def make(files, *options, refuse=True):
        one = service(files, start=False)
        one.environment = {**one.environment, **board.environment}
        one.start(*options)
        assert board.programs == 1, "the library was not loaded"
        if refuse:
            board.refuse()
        return one

    yield make
    assert board.refused == 0, "supervise has asked for memory after its start"


def as_supervise(board, command):
    """A shell that is called supervise, under the library."""
    return subprocess.run(
        ["supervise", "-c", command], executable="/bin/bash", env={**os.environ, **board.environment}, capture_output=True, check=False
    )


def test_the_library_counts_and_refuses(board):
    """What the other tests here rest on."""
    assert as_supervise(board, "echo said").stdout == b"said\n"
    assert board.programs == 1 and board.calls > 10 and board.refused == 0
    board.refuse()
    assert as_supervise(board, "echo said").returncode != 0
    assert board.refused > 0


def test_no_allocation_in_1000_commands_and_1000_restarts(watched, board):
    one = watched({"run": recorded("unless-exists stay", "exit 1", "wait"), **AT_ONCE}, refuse=False)
    one.await_starts(2)
    before = board.calls
    one.await_starts(ROUNDS, deadline=60)
    one.touch("stay")
    one.await_phase("ready")
    sent = one.status().commands
    for at in range(0, ROUNDS, 100):
        one.send("pcl0" * 25)
        one.await_status(lambda now, upto=sent + at + 100: now.commands >= upto, deadline=60)
    one.send("uorZ")
    one.await_starts(ROUNDS + 1)
    one.send("d")
    one.await_phase("down")
    assert board.calls == before


def test_restart_finish_and_stop(watched):
    one = watched({"run": recorded("on TERM exit 3", "wait"), "finish": recorded("arguments"), **AT_ONCE})
    one.await_phase("ready")
    for count in (2, 3):
        one.send("r")
        one.await_starts(count)
        one.await_phase("ready")
    one.send("k")
    one.await_starts(4)
    one.await_phase("ready")
    one.send("d")
    one.await_phase("down")
    assert len(one.await_events("arguments", 4, "finish")) == 4


def test_a_stubborn_service_and_what_it_leaves(watched):
    one = watched({"run": recorded("on TERM ignore", "daemon {", "wait", "}", "mark prepared", "wait"), "timeout-kill": "60"})
    one.await_event("mark")
    one.send("d")
    one.await_phase("down")


def test_notify(watched):
    one = watched({"run": recorded("notify STATUS=warm", "notify READY=1", "wait"), "notify": "", "watchdog": "60000"})
    assert one.await_phase("ready").text == "warm"


def test_a_descriptor_that_is_kept_for_the_next_start(watched):
    run = recorded("environment LISTEN_FDS", r"notify-file kept FDSTORE=1\nFDNAME=kept", "notify READY=1", "await go", "exit 1")
    one = watched({"run": run, "notify": "", "fd-store-max": "4", "kept": "x", **AT_ONCE})
    one.await_phase("ready")
    one.touch("go")
    one.await_event("environment", rest="LISTEN_FDS=1")


def test_readiness_by_descriptor_check_and_health(watched):
    files = {"run": recorded("write 3", "wait"), "notification-fd": "3", "check": recorded("exit 0"), "check-interval": "10"}
    one = watched({**files, "health": recorded("exit 0"), "health-interval": "10", "condition": recorded("exit 0")})
    one.await_phase("ready")
    one.await_events("start", 3, "health")


def test_reload_and_control_programs(watched):
    one = watched({"run": RUNS, "reload": recorded("mark reloaded"), "control": {"t": recorded("mark told")}})
    one.await_phase("ready")
    one.send("l")
    one.await_event("mark", rest="reloaded")
    one.send("t")
    one.await_event("mark", rest="told")


def test_oneshot(watched):
    one = watched({"start": recorded("exit 0"), "stop": recorded("mark undone")})
    one.await_phase("done")
    one.send("r")
    one.await_starts(2)
    one.await_phase("done")
    one.send("d")
    one.await_phase("down")
    assert len(one.await_events("mark", 2, "stop")) == 2


def test_forking(watched):
    one = watched({"run": recorded("daemon {", "pidfile the.pid", "wait", "}", "await the.pid", "exit 0"), "forking": "the.pid", **AT_ONCE})
    first = one.await_phase("ready").pid
    one.send("k")
    assert one.await_status(lambda now: now.phase == "ready" and now.starts == 2).pid != first


def test_adoption(watched, board):
    """The successor gets no memory from its first instruction on."""
    one = watched({"run": RUNS, "env": {"A": "1"}, **AT_ONCE})
    pid = one.await_phase("ready").pid
    one.kill_supervise()
    one.start()
    now = one.await_status(lambda now: now.supervise_pid == one.supervise_pid)
    assert (now.pid, board.programs) == (pid, 2) and "adopted" in now.flags
    os.kill(pid, signal.SIGKILL)
    one.await_status(lambda now: now.phase == "ready" and now.starts == 2)


def test_upgrade(watched, board):
    one = watched({"run": RUNS})
    pid = one.await_phase("ready").pid
    one.send("U")
    await_until(lambda: board.programs == 2, what="the new image")
    one.command("c")
    assert one.await_phase("ready").pid == pid


def test_what_is_wrong_is_still_told(watched):
    one = watched({"run": shell("exec sleep 1000"), "timeout-kill": "60"})
    one.await_phase("ready")
    one.write("timeout-kill", "soon\n")
    one.send("r")
    one.await_starts(2)
    one.await_stderr("timeout-kill")
    one.remove("run")
    one.send("r")
    one.await_stderr("nothing to start")
