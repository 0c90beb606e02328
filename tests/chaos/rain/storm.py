"""One run from the calm start to the last process's end: what `tests/chaos/run` does.

Rain and calm take turns: every so often all comes to rest and is looked at, so that a violation is found near its
cause.
"""

import os
import signal
import time
import uuid

from support import orphans, processes
from support.paths import BIN, program

from rain import evidence, figures, logs
from rain.actions import Actions
from rain.peace import Peace
from rain.population import Population
from rain.tree import LOGGER, ChaosTree

CHECK_EVERY = 0.5  # seconds
DISK_MB = 96
# What is rightly called an error here: a full disk, and what svscan says of directories that vanish under its hands.
TO_BE_EXPECTED = ("out of disk space", "svscan: error: ")


class Storm:
    def __init__(self, place, trace, seed, count, say):
        self.place, self.trace, self.say = place, trace, say
        self.marker = uuid.uuid4().hex
        self.environment = {"PATH": f"{BIN}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(place.root), processes.MARKER: self.marker}
        self.population = Population(seed, count, place.evidence, LOGGER.format(multilog=program("multilog")))
        self.tree = ChaosTree(place, self.environment, self.population)
        self.actions = Actions(self.tree, place, self.population)
        self.peace = Peace(self.tree, self.population, self.actions.tend)
        self.violations = []
        self.decided = 0

    def complain(self, kind, texts):
        for text in texts:
            self.violations.append(f"{kind}: {text}")
            self.trace.remark(f"VIOLATION {kind}: {text}")
            self.say(f"VIOLATION {kind}: {text}")

    # the parts of a run

    def begin(self):
        self.tree.build()
        self.tree.start()
        self.look_at_peace("calm start")
        self.before = figures.take(self.tree)
        self.say(f"calm start: {len(self.population.members)} services, {len(self.before)} programs of the suite: {figures.largest(self.before)}")

    def rain(self, decisions, until):
        """Decisions until they end, or the time is over, or something is violated."""
        look_at = time.monotonic() + CHECK_EVERY
        for decision in decisions:
            time.sleep(decision.pause)
            outcome = self.actions.perform(decision)
            self.trace.action(decision, outcome)
            self.decided += 1
            ended = self.actions.tend()
            if ended not in (None, 0, -signal.SIGKILL):
                self.complain("svscan", [f"it ended by itself with {ended}"])
            now = time.monotonic()
            if now > look_at:
                look_at = now + CHECK_EVERY
                self.look_at_evidence()
            if now > until or self.violations:
                return

    def look_at_evidence(self):
        self.complain("two at once, or out of order", [f"{name}: {text.strip()}" for name, text in evidence.violations(self.place).items()])
        self.complain("answers", self.actions.requests.complaints)
        self.actions.requests.complaints = []

    def look_at_peace(self, when):
        self.actions.calm_down()
        for name in self.tree.names():
            record = self.tree.record(name)
            if record and record.paused:
                self.tree.send_letters(name, "c")
        began = time.monotonic()
        self.complain(when, self.peace.make())
        self.look_at_evidence()
        self.complain("order", evidence.Order(self.population, self.place).violations())
        self.complain("the engine", self.said_by_engine())
        self.trace.remark(f"{when}: peace after {time.monotonic() - began:.1f} s")

    def said_by_engine(self):
        """Its own report of a ring of waiting services, and whatever else only a defect makes a program say."""
        log = b"".join(path.read_bytes() for path in sorted((self.tree.directory / "engine" / "log" / "main").glob("*")) if path.name == "current" or path.suffix == ".s")
        text = log.decode("utf-8", "replace") + self.tree.messages()
        signs = (" error: ", "Sanitizer", "Assertion", "terminate called")
        return [line for line in text.splitlines() if any(sign in line for sign in signs) and not any(sign in line for sign in TO_BE_EXPECTED)]

    def look_at_figures(self):
        after = figures.take(self.tree)
        self.say(f"calm end: {figures.largest(after)}")
        self.complain("growth", figures.growth(self.before, after))

    def end(self):
        """The tree is stopped in order, and nothing is left."""
        self.tree.send_signal(signal.SIGTERM)
        end = time.monotonic() + 120
        while self.tree.popen.poll() is None and time.monotonic() < end:
            orphans.reap()
            time.sleep(0.01)
        code = self.tree.popen.poll()
        orphans.disown(self.tree.popen)
        if code != 0:
            self.complain("the end", [f"svscan was told to end, and after at most 120 s its exit code is {code}"])
        while processes.marked(self.marker) and time.monotonic() < end and code == 0:
            orphans.reap()
            time.sleep(0.01)
        self.complain("left behind", [f"{pid} {processes.command_line(pid)}" for pid in processes.marked(self.marker)])
        self.look_at_evidence()
        self.complain("order", evidence.Order(self.population, self.place).violations())
        wrong, total = logs.faults(self.tree, self.place, [name for name, member in self.population.members.items() if member.has_logger])
        for name, faults in wrong.items():
            self.complain(f"log of {name}", faults[:5])
        self.say(f"{total} log lines, each once" if not wrong else f"{total} log lines")

    def clear_away(self):
        """All processes of this run that are left are killed."""
        self.actions.requests.close()
        end = time.monotonic() + 60
        while (left := processes.marked(self.marker)) and time.monotonic() < end:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            orphans.reap()
        if self.tree.popen and self.tree.popen.poll() is None:
            self.tree.popen.wait()
