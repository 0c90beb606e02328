"""Scripted lives of a tree: a service with a logger, one without, and some that come and go.

In each a svscan runs in which one system call fails once. It goes on (only at its start, and at that of the image that
an upgrade execs, it may refuse, with a message; then another one is started), no service is disturbed by it, none is
there twice (survivor's token), every line that was written is in the log once, and in the end nothing is left.
"""

import os
import pathlib
import signal

from support import orphans, processes
from support.awaiting import await_until
from support.service import write_files
from support.survival import SurvivalTree, survivor
from svscan_tree import Tree

PATIENCE = 45.0
AFTER = "rt_sigprocmask"  # main()'s first call: the dynamic loader's do not count
QUICK = {"restart-delay": "1 1 1\n", "timeout-kill": "400\n"}
WRITER = {**QUICK, "run": survivor("lines 20 20000"), "log": {**QUICK, "run": survivor("copy out")}}
PLAIN = {**QUICK, "run": survivor()}


class InjectedTree(Tree):
    def __init__(self, directory, environment, fault):
        super().__init__(pathlib.Path(directory) / "services", environment)
        self.fault = fault
        self.report = pathlib.Path(directory) / "report"
        self.with_fault = False

    def make(self, name, files):
        directory = self.directory / name
        write_files(directory, {key: value for key, value in files.items() if key != "run"})
        write_files(directory, {"run": files["run"]})

    def begin(self, fault=None):
        self.with_fault = fault is not None
        self.start(wrap=fault.words(self.report) if fault else (), wait=False)

    def tell(self, what):
        return lambda: f"{what}; fault {self.fault}; said: {self.messages()}"

    def reach(self, condition, what, may_refuse=True):
        def look():
            if self.popen.poll() is not None:
                code = self.popen.returncode
                assert (may_refuse or self.fault.may_end) and self.with_fault, f"svscan exited {code} before {what}; fault {self.fault}; {self.messages()}"
                refused = code == 111 and "svscan: fatal" in self.messages()
                # the loader of the image that an upgrade execs
                unloaded = code == 127 and "error while loading shared libraries" in self.messages()
                assert refused or unloaded, f"exit code {code}: {self.messages()}"
                orphans.disown(self.popen)
                self.begin()
            return condition()

        return await_until(look, PATIENCE, what=self.tell(what))

    def up(self, name):
        """(supervise, main process) of a service that runs its own program."""
        record = self.record(name)
        if not record or not record.pid or not processes.alive(record.pid) or not self.supervise_pid(name):
            return None
        return (record.supervise_pid, record.pid) if b"survivor" in executable_of(record.pid) else None

    def all_up(self, names):
        found = {name: self.up(name) for name in names}
        return found if all(found.values()) else None

    def is_listening(self):
        try:
            os.close(os.open(self.directory / ".svscan" / "control", os.O_WRONLY | os.O_NONBLOCK))
            return True
        except OSError:
            return False

    def forget(self, name):
        """The service is moved out of the scan directory."""
        aside = self.directory.parent / f"gone-{name}"
        (self.directory / name).rename(aside)
        return aside

    def leave(self, writers):
        """TERM, and what must be true then."""
        self.reach(self.is_listening, "the one that is to end")  # another one may just have begun
        self.send_signal(signal.SIGTERM)
        await_until(lambda: self.popen.poll() is not None, PATIENCE, what=self.tell("the exit of svscan"))
        orphans.disown(self.popen)
        if self.popen.returncode == 111 and self.with_fault and self.fault.may_end and "svscan: fatal" in self.messages():
            self.begin()  # what the one that ended has left is taken over, and stopped
            self.reach(self.is_listening, "the one that stops the rest")
            return self.leave(writers)
        assert self.popen.returncode == 0, f"exit code {self.popen.returncode}: {self.messages()}"
        for file in self.directory.parent.glob("*/*/violations"):
            raise AssertionError(f"{file}: {file.read_text(encoding='ascii')}")
        for name in writers:
            SurvivalTree.check_lines(self, name)


def executable_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe").encode()
    except OSError:
        return b""


def names_of(*names):
    return [*names, "writer/log"]


def live(tree):
    """From nothing: start, a new name, the death of a supervise, a name that goes, rescan, upgrade, stop."""
    tree.make("writer", WRITER)
    tree.make("plain", PLAIN)
    tree.begin(tree.fault)
    before = tree.reach(lambda: tree.all_up(names_of("writer", "plain")), "the start")
    tree.make("later", PLAIN)
    later = tree.reach(lambda: tree.up("later"), "a new name", may_refuse=False)
    os.kill(before["plain"][0], signal.SIGKILL)
    now = tree.reach(lambda: tree.up("plain") not in (None, before["plain"]) and tree.up("plain"), "a new supervise", may_refuse=False)
    assert now[1] == before["plain"][1], f"the service was started again: {tree.messages()}"
    tree.forget("later")
    tree.reach(lambda: not processes.alive(later[0]) and not processes.alive(later[1]), "the end of a name", may_refuse=False)
    tree.reach(tree.is_listening, "commands to be taken", may_refuse=False)
    tree.command("aU")
    tree.make("after", PLAIN)
    tree.reach(lambda: tree.up("after"), "a new name after an upgrade")
    assert tree.all_up(names_of("writer")) == {name: before[name] for name in names_of("writer")}, f"disturbed: {tree.messages()}"
    assert tree.up("plain") == now, f"disturbed: {tree.messages()}"
    tree.leave(["writer"])


def inherit(tree):
    """A svscan that finds a running tree: all runs on, and is watched like any other."""
    tree.make("writer", WRITER)
    tree.make("plain", PLAIN)
    tree.make("orphan", PLAIN)
    tree.begin()
    before = tree.reach(lambda: tree.all_up(names_of("writer", "plain", "orphan")), "the start")
    tree.kill()
    os.kill(before["orphan"][0], signal.SIGKILL)
    await_until(lambda: not processes.alive(before["orphan"][0]), what=tree.tell("the end of a supervise"))
    tree.begin(tree.fault)
    tree.make("later", PLAIN)
    tree.reach(lambda: tree.all_up(names_of("writer", "plain", "orphan", "later")), "the take-over")
    now = tree.all_up(names_of("writer", "plain", "orphan"))
    del before["orphan"]
    orphan = now.pop("orphan")
    assert now == before, f"disturbed: {before} {now} {tree.messages()}"
    os.kill(now["plain"][0], signal.SIGKILL)
    tree.reach(lambda: tree.up("plain") not in (None, now["plain"]), "a new supervise", may_refuse=False)
    assert tree.up("plain")[1] == now["plain"][1], f"the service was started again: {tree.messages()}"
    assert tree.up("orphan") == orphan, f"disturbed: {tree.messages()}"
    tree.leave(["writer"])


SCENARIOS = {"live": live, "inherit": inherit}
RUNS = [(name, "pair") for name in SCENARIOS]


def run(scenario, _kind, directory, environment, fault):
    """Runs it in `directory`; returns where the injector's report will be, and nothing that is to be compared."""
    tree = InjectedTree(directory, environment, fault)
    SCENARIOS[scenario](tree)
    return tree.report, None
