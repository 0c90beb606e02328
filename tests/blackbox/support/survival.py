"""A tree of services of every kind for the survival tests, the ways to kill its parts, and the evidence they leave.

Every service is a survivor (tests/survival/README.md): it holds a token as long as it lives and keeps a journal, so
that two instances at once, a lost start or a lost line are found from files, whatever was killed meanwhile.
"""

import errno
import os
import pathlib
import shutil
import signal
import time

from support import numbered_lines, orphans, processes
from support.awaiting import await_until
from support.paths import RECORDER
from support.service import write_files
from svscan_tree import Tree

SURVIVOR = RECORDER.parent.parent / "survival" / "survivor"
PF_FORKNOEXEC = 0x40  # /proc/PID/stat, field 9: forked, and has not exec'd yet


def survivor(*lines):
    return "\n".join((f"#!{SURVIVOR}", *lines, ""))


# Stopped with URG: a program that has not set up its signals yet does not die of it, so every start gets into the
# journal, and the number of starts can be compared exactly.
EXACT = {"down-signal": "URG\n", "timeout-kill": "400\n", "restart-delay": "20 2 200\n"}
LINES = survivor("stop-on URG", "lines 50 10000")
COPY = {"run": survivor("copy out"), "restart-delay": "20 2 200\n"}


def services():
    """{name: files}"""
    made = {
        "plain": {**EXACT, "run": survivor("stop-on URG")},
        "pair": {**EXACT, "run": LINES, "log": COPY},
        "lossy": {**EXACT, "run": LINES, "log": COPY},
        "finisher": {**EXACT, "run": survivor("stop-on URG", "live 200 900"), "finish": survivor("role finish", "live 30 60", "code 0")},
        "quitter": {**EXACT, "restart-delay": "10 2 100\n", "run": survivor("stop-on URG", "live 50 300")},
        "slow": {"run": survivor("ignore TERM"), "timeout-kill": "120\n", "restart-delay": "20 2 200\n"},
        "oneshot": {"start": survivor("role start", "live 20 60", "code 0"), "stop": survivor("role stop", "live 20 40", "code 0"), "restart-delay": "20 2 200\n"},
        "daemon": {**EXACT, "run": survivor("stop-on URG", "daemon daemon.pid"), "forking": "daemon.pid\n", "timeout-up": "5000\n"},
        "descriptor": {**EXACT, "run": survivor("stop-on URG", "ready-fd 3"), "notification-fd": "3\n"},
        "notifier": {"run": survivor("notify"), "notify": "", "restart-delay": "20 2 200\n"},
    }
    multilog = shutil.which("multilog", path="/usr/bin")
    if multilog:
        logger = "#!/bin/sh\nexec " + multilog + " s16777215 n99 ./main\n"
        made["multi"] = {**EXACT, "run": LINES, "log": {"run": logger, "restart-delay": "20 2 200\n"}}
    return made


STEADY = ("plain", "pair", "multi", "lossy", "slow", "daemon", "descriptor", "notifier")  # run until they are told to end
EXACTLY_COUNTED = ("plain", "pair", "multi", "lossy", "finisher", "quitter", "daemon", "descriptor")
WRITERS = ("pair", "multi")  # whose logger's process is never killed


class Journal:
    """The journal of one service directory."""

    def __init__(self, directory):
        self.starts = []  # (role, pid, start ticks)
        self.ends = {}  # (role, pid): code; of those that ended by themselves
        try:
            text = (directory / "journal").read_text(encoding="ascii")
        except FileNotFoundError:
            text = ""
        for line in text.splitlines():
            what, role, pid, value, *_ = line.split(" ")
            if what == "start":
                self.starts.append((role, int(pid), int(value)))
            elif what == "end":
                self.ends[role, int(pid)] = int(value)

    def of(self, *roles):
        return [entry for entry in self.starts if entry[0] in roles]

    def last_main(self):
        mains = self.of("daemon") or self.of("run", "start")
        return mains[-1][1:] if mains else None


def stat(pid):
    """(start ticks, flags) of a live process; None if it has ended."""
    fields = processes.stat_fields(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return int(fields[19]), int(fields[6])


def kill_exactly(pid, start, number=signal.SIGKILL):
    """The signal, to the process that has this pid and this start time; False if it has ended."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        now = stat(pid)
        if now is None or now[0] != start:
            return False
        signal.pidfd_send_signal(pidfd, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)


def spin(seconds):
    """Lets so much time pass; exact below a millisecond, where sleep is not."""
    if seconds > 0.001:
        time.sleep(seconds)
        return
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


class SurvivalTree(Tree):
    def __init__(self, directory, environment, made=None):
        super().__init__(directory, environment)
        self.made = made if made is not None else services()
        for name, files in self.made.items():
            last = "start" if "start" in files else "run"
            rest = {key: value for key, value in files.items() if key != last}
            self.add_files(name, {**rest, last: files[last]})

    def add_files(self, name, files):
        write_files(self.directory / name, files)

    def names(self):
        """All services, loggers included."""
        return [each for name, files in self.made.items() for each in ([name, f"{name}/log"] if "log" in files else [name])]

    def journal(self, name):
        return Journal(self.directory / name)

    # Killing

    def supervises(self):
        """{name: (pid, start)} of those that live: children of svscan, or ours if a killed svscan had started them."""
        candidates = orphans.children()
        try:
            candidates += [int(word) for word in pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except OSError:
            pass
        found = {}
        for pid in candidates:
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            now = stat(pid)
            if words[0] == b"supervise" and now and not now[1] & PF_FORKNOEXEC:
                found[words[-2].decode()] = (pid, now[0])
        return found

    def kill_supervise(self, name):
        found = self.supervises().get(name)
        return bool(found) and kill_exactly(*found)

    def kill_main(self, name):
        """The main process, if it is in the journal: then its program runs and has its evidence in place."""
        last = self.journal(name).last_main()
        return bool(last) and kill_exactly(*last)

    def kill_svscan(self):
        """SIGKILL; a new one is to be started by revive()."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGKILL)

    def revive(self):
        """A new svscan in the same directory, as soon as the old one is gone, as a parent supervisor does it."""
        code = self.popen.wait()
        orphans.disown(self.popen)
        assert code == -signal.SIGKILL, f"svscan exited {code} by itself: {self.messages()}"
        self.start(wait=False)

    def send(self, name, letters):
        """True if there was somebody to take the letters."""
        try:
            control = os.open(self.directory / name / "supervise" / "control", os.O_WRONLY | os.O_NONBLOCK)
        except OSError as why:
            assert why.errno in (errno.ENXIO, errno.ENOENT), why
            return False
        try:
            os.write(control, letters.encode())
        finally:
            os.close(control)
        return True

    # Peace

    def await_supervised(self, deadline=70):
        """Every service has a live supervise that is the one in its record."""

        def missing():
            alive = self.supervises()
            now = []
            for name in self.names():
                record = self.record(name)
                if record is None or name not in alive or record.supervise_pid != alive[name][0]:
                    now.append((name, alive.get(name), record and record.supervise_pid))
            return now

        await_until(lambda: not missing(), deadline, what=lambda: f"supervises of {missing()}; {self.tail()}")

    def tail(self):
        return "svscan and supervises said:\n" + "\n".join(self.messages().splitlines()[-60:])

    def command(self, name, letters):
        """Sends letters that surely arrive: no one is being killed now."""
        before = self.record(name).commands
        assert self.send(name, letters), f"nobody takes commands for {name}"
        await_until(
            lambda: self.record(name).commands >= before + len(letters), what=lambda: f"{name} to read {letters}: {self.record(name)}"
        )

    def is_settled(self, name):
        """Whether the service is where its record's want says it should be, and its main process is the last of the journal."""
        record = self.record(name)
        if record.want == "once" and record.phase in ("down", "failed"):
            return True
        if record.want == "down":
            return record.phase in ("down", "failed")
        if name == "oneshot":
            return record.phase == "done"
        if name in ("quitter", "finisher"):
            return record.phase in ("up", "ready", "backoff", "finishing", "stopping")
        if record.phase != "ready":
            return False
        if name.endswith("multi/log"):
            return processes.alive(record.pid)
        last = self.journal(name).last_main()
        return last is not None and last[0] == record.pid and processes.alive(record.pid)

    def await_settled(self, deadline=20):
        def restless():
            return {name: self.record(name) for name in self.names() if not self.is_settled(name)}

        await_until(lambda: not restless(), deadline, what=lambda: f"peace of {restless()}; {self.tail()}")

    # Evidence

    def violations(self):
        return {
            name: (self.directory / name / "violations").read_text(encoding="ascii")
            for name in self.names()
            if (self.directory / name / "violations").exists()
        }

    def check_lines(self, name, strict=True):
        """Each run's lines stand in the log in order, each once; strict: all that were surely sent, and no others."""
        log = self.directory / name / "log"
        if (log / "main").is_dir():
            files = [*sorted((log / "main").glob("@*")), log / "main" / "current"]
        else:
            files = [log / "out"]
        lines = [line for file in files for line in file.read_text(encoding="ascii").splitlines()]
        sent = numbered_lines.sent_lines(self.directory / name)
        if strict:
            found, total = numbered_lines.faults(lines, sent)
            assert not found, f"{name}: {found[:20]}"
            return total, 0
        logged, torn = {}, 0
        for line in lines:
            run, _, count = line.partition(" ")
            if not count.isdigit() or run not in sent:
                torn += 1
                continue
            last = logged.get(run, 0)
            assert int(count) > last, f"{name}: line {count} of run {run} after {last}"
            logged[run] = int(count)
        return sum(logged.values()), torn
