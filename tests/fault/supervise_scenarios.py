"""Scripted lives of one service. A fault may make each step take longer; it may not change what comes of it.

Each scenario runs a supervise in which one system call fails once, and asserts on the way: supervise goes on (only at
its start it may refuse, with a message and exit code 111; then another one is started, as svscan would do it), each
command has its effect, an adopted service is the same process, never are there two instances (survivor's token), and
in the end no process, zombie or descriptor is left.
"""

import os
import pathlib
import signal
import subprocess

from support import orphans, processes
from support.awaiting import await_until
from support.paths import program
from support.service import Service
from support.survival import survivor

PATIENCE = 40.0  # seconds: a status that could not be written is written 5 s later
QUICK = {"restart-delay": "1 1 1\n", "timeout-kill": "300\n", "down-signal": "TERM\n"}
KINDS = {
    "plain": {**QUICK, "run": survivor("ready-fd 3"), "notification-fd": "3\n", "finish": survivor("role finish", "live 1 2", "code 0")},
    "notify": {
        **QUICK,
        "run": survivor("notify"),
        "notify": "",
        "watchdog": "60000\n",
        "condition": survivor("role condition", "live 1 2", "code 0"),
        "reload": survivor("role reload", "live 1 2", "code 0"),
        "control": {"t": survivor("role told", "live 1 2", "code 1")},
        "supervise": {"start-env": {"ONCE": "1\n"}},
    },
    "checked": {
        **QUICK,
        "run": survivor("ignore HUP"),
        "check": survivor("role check", "live 1 2", "code 0"),
        "health": survivor("role health", "live 1 2", "code 0"),
        "health-interval": "20\n",
        "cgroup": {"pids.max": "100\n"},
        "kill-mode": "tree\n",
    },
    "forking": {**QUICK, "run": survivor("daemon daemon.pid"), "forking": "daemon.pid\n"},
    "stubborn": {**QUICK, "run": survivor("ignore TERM", "ready-fd 3"), "notification-fd": "3\n"},
    "oneshot": {**QUICK, "start": survivor("role start", "live 1 2", "code 0"), "stop": survivor("role stop", "live 1 2", "code 0")},
}


class Injected(Service):
    """A service whose supervise can be started under a fault."""

    def __init__(self, directory, environment, files, fault):
        super().__init__(directory, environment, files)
        self.fault = fault
        self.report = self.directory.parent / f"{self.directory.name}.report"
        self.with_fault = False
        self.ready_phase = "done" if "start" in files else "ready"

    def launch_with(self, fault):
        words = fault.words(self.report) if fault else []
        with open(self.log, "ab") as log:
            self.popen = orphans.own(
                subprocess.Popen(
                    [*words, program("supervise"), str(self.directory)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self.environment,
                    start_new_session=True,
                )
            )

    def takes_commands(self):
        try:
            os.close(os.open(self.directory / "supervise" / "control", os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        record = self.status()
        return record is not None and record.supervise_pid == self.popen.pid

    def begin(self, fault=None):
        """A supervise that takes commands; one that refuses to start is followed by one without a fault."""
        self.launch_with(fault)
        self.with_fault = fault is not None
        await_until(lambda: self.popen.poll() is not None or self.takes_commands(), PATIENCE, what=self.tell("supervise to take commands"))
        self.follow_refusal()

    def image(self):
        """Another one after each exec: where its stack begins."""
        fields = processes.stat_fields(self.popen.pid)
        return fields and fields[25]

    def follow_refusal(self):
        if self.popen.poll() is None:
            return
        code = self.popen.returncode
        orphans.disown(self.popen)
        assert self.with_fault, f"supervise exited {code} without a fault: {self.stderr()}"
        assert code == 111, f"supervise exited {code}: {self.stderr()}"
        assert "fatal: unable to" in self.stderr(), f"it exited {code} and said: {self.stderr()!r}"
        self.begin(None)

    def tell(self, what):
        return lambda: f"{what}; fault {self.fault}; status {self.status()}; said: {self.stderr()}"

    def reach(self, condition, what, may_refuse=False):
        """Waits for a record of the living supervise; returns it."""
        found = []

        def look():
            if self.popen.poll() is not None:
                assert may_refuse, f"supervise ended with {self.popen.returncode} before {what}; fault {self.fault}; {self.stderr()}"
                self.follow_refusal()
            record = self.status()
            if record is not None and record.supervise_pid == self.popen.pid and condition(record):
                found.append(record)
            return found

        await_until(look, PATIENCE, what=self.tell(what))
        return found[0]

    def reach_up(self, starts, what, may_refuse=False):
        """Ready, and the process in the record is the one that lives."""
        oneshot = self.ready_phase == "done"
        return self.reach(
            lambda now: now.phase == self.ready_phase and now.starts >= starts and (oneshot or processes.alive(now.pid)), what, may_refuse
        )

    def journal_alive(self):
        """Main processes that have noted their start and live."""
        path = self.directory / "journal"
        words = [line.split() for line in path.read_text(encoding="ascii").splitlines()] if path.exists() else []
        return {int(line[2]) for line in words if line[0] == "start" and processes.start_time(int(line[2])) == int(line[3])}

    def await_rest(self):
        """No child, no zombie, and descriptors as in any other run: a few need a moment to be closed, or opened again."""
        pid = self.popen.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        await_until(lambda: not children.read_text(encoding="ascii"), PATIENCE, what=self.tell("no children"))
        await_until(self.is_supervised, PATIENCE, what=self.tell("supervise/ok to be read"))
        # The record can be seen a moment before its descriptor is closed.
        await_until(lambda: not any("status" in each for each in self.descriptors()), PATIENCE, what=self.tell("a closed status"))
        self.at_rest = self.descriptors()

    def descriptors(self):
        """What each descriptor of supervise is, without numbers that differ from run to run."""
        found = []
        for name in os.listdir(f"/proc/{self.popen.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.popen.pid}/fd/{name}")
            except FileNotFoundError:
                continue
            found.append(target.split(":")[0].replace(str(self.directory.parent), ""))
        return sorted(found)


def live(one):
    """From nothing: start, restart, death, pause, stop, start, upgrade, stop, exit."""
    one.begin(one.fault)
    one.reach_up(1, "first start")
    one.send("r")
    now = one.reach_up(2, "restart")
    if one.ready_phase == "ready":
        os.kill(now.pid, signal.SIGKILL)
        now = one.reach_up(now.starts + 1, "start after a death")
    one.send("lthpc")
    one.reach(lambda record: record.commands >= now.commands + 5, "commands to be read")
    one.send("u")  # what t has ended is up again
    one.reach(lambda record: record.commands >= now.commands + 6, "u to be read")
    one.reach_up(now.starts, "after commands")
    one.send("d")
    now = one.reach(lambda record: record.phase == "down" and record.pid == 0, "down")
    one.send("u")
    now = one.reach_up(now.starts + 1, "start after a stop")
    was = one.image()
    one.send("U")  # alone: what the FIFO holds when the new image refuses is lost
    ends = ("upgraded in place", "adopted the running service", "unable to exec", "not upgraded")
    quiet = one.ready_phase == "done"  # its new supervise has nothing to adopt

    def upgraded(_):
        # Where writev fails it is the message that does not come. After a refusal there is another supervise.
        return any(end in one.stderr() for end in ends) or quiet and not one.with_fault or one.fault.call == "writev" and one.image() != was

    one.reach(upgraded, "upgrade", may_refuse=True)
    one.send("c")
    one.reach(lambda record: record.commands >= now.commands + 2, "a command after the upgrade")
    leave(one)


def inherit(one):
    """A supervise that finds a running service: the same process runs on, and is supervised like any other."""
    one.begin()
    before = one.reach_up(1, "first start")
    one.kill_supervise()
    one.begin(one.fault)
    if one.ready_phase == "ready":
        now = one.reach_up(1, "adoption")
        assert (now.pid, now.starts) == (before.pid, before.starts), f"the service was started again; {one.stderr()}"
        os.kill(now.pid, signal.SIGKILL)
        one.reach_up(now.starts + 1, "start after the adopted one's death")
    one.send("r")
    one.reach_up(before.starts + 1, "restart")
    leave(one)


def inherit_stop(one):
    """The predecessor was killed while it stopped its service: that is stopped all the same."""
    one.begin()
    one.reach_up(1, "first start")
    one.send("d")
    one.reach(lambda record: record.phase == "stopping", "stopping")
    one.kill_supervise()
    one.begin(one.fault)
    one.reach(lambda record: record.phase == "down" and record.pid == 0, "down")
    one.send("u")
    one.reach_up(1, "start after the stop")
    leave(one)


SCENARIOS = {"live": live, "inherit": inherit, "inherit-stop": inherit_stop}
# Only a service that does not end when it is told can be met while it is being stopped.
RUNS = [(name, kind) for name in SCENARIOS for kind in KINDS if (name == "inherit-stop") == (kind == "stubborn")]


def leave(one):
    """The orderly end, and what must be true then."""
    one.send("d")
    one.reach(lambda record: record.phase == "down" and record.pid == 0, "the last stop")
    await_until(lambda: not one.journal_alive(), PATIENCE, what=one.tell("the end of the service"))
    one.await_rest()
    one.send("x")
    await_until(lambda: one.popen.poll() is not None, PATIENCE, what=one.tell("the exit"))
    orphans.disown(one.popen)
    assert one.popen.returncode == 0, f"exit code {one.popen.returncode}: {one.stderr()}"
    violations = one.directory / "violations"
    assert not violations.exists(), violations.read_text(encoding="ascii")


def run(scenario, kind, directory, environment, fault):
    """Runs it in `directory`; returns where the injector's report will be, and the state of supervise at rest."""
    one = Injected(pathlib.Path(directory) / "service", environment, KINDS[kind], fault)
    SCENARIOS[scenario](one)
    return one.report, one.at_rest
