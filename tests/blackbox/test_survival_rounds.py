"""Hundreds of rounds of SIGKILL at random moments against a whole tree: no service stops, none is started twice, no
log line is lost, and the books are right in the end.

REEVE_SURVIVAL_ROUNDS: rounds in all (default 500). REEVE_SURVIVAL_SEED: instead of a random one; it is printed.
"""

import os
import random

import pytest
from support import orphans, status_record
from support.awaiting import await_until
from support.survival import EXACTLY_COUNTED, STEADY, SURVIVOR, WRITERS, SurvivalTree, spin

PARTS = 8
ROUNDS = int(os.environ.get("REEVE_SURVIVAL_ROUNDS", "500"))
ROUNDS_BETWEEN_CHECKS = 8


class Chaos:
    """What one round does, and what it may have changed."""

    def __init__(self, tree, random_):
        self.tree, self.random = tree, random_
        self.touched = set()  # services that were commanded, or whose main process was killed
        self.killed_mains = {}
        self.history = []
        self.names = list(tree.made)

    def note(self, *what):
        self.history.append(what)

    def moment(self):
        """A random moment: mostly below a millisecond, where a start, a death and a record happen."""
        scale = self.random.choice((0.0002, 0.0006, 0.002, 0.01))
        pause = self.random.random() * scale
        spin(pause)
        return f"{pause * 1e6:.0f} us"

    def any_supervise(self, name):
        """The service itself or its logger."""
        return f"{name}/log" if "log" in self.tree.made[name] and self.random.random() < 0.5 else name

    # kinds of rounds

    def kill_supervise(self):
        name = self.any_supervise(self.random.choice(self.names))
        self.note("kill supervise", name, self.tree.kill_supervise(name))

    def kill_supervise_twice(self):
        name = self.any_supervise(self.random.choice(self.names))
        first = self.tree.supervises().get(name)
        self.tree.kill_supervise(name)
        for _ in range(self.random.choice((20, 200, 2000))):
            again = self.tree.supervises().get(name)
            if again and again != first:
                break
        self.note("kill supervise twice", name, self.moment(), self.tree.kill_supervise(name))

    def command_and_kill(self):
        name = self.random.choice(self.names)
        letters = "".join(self.random.choice("udrou") for _ in range(self.random.choice((1, 1, 2, 3))))
        if name in ("slow", "notifier") and self.random.random() < 0.4:
            letters += self.random.choice("tk")
        self.touched.add(name)
        victim = self.tree.supervises().get(name)
        sent = self.tree.send(name, letters)
        self.note("command", name, letters, sent, self.moment(), victim and self.tree.kill_supervise(name))

    def commands(self):
        for name in self.random.sample(self.names, 3):
            letters = self.random.choice(("u", "d", "r", "o", "du", "ud", "rr"))
            self.touched.add(name)
            self.note("command", name, letters, self.tree.send(name, letters))

    def kill_main(self):
        name = self.random.choice(self.names)
        self.touched.add(name)
        self.note("kill main", name, self.tree.kill_main(name))

    def kill_main_and_supervise(self):
        name = self.random.choice(self.names)
        self.touched.add(name)
        first = self.tree.kill_main(name)
        self.note("kill main and supervise", name, first, self.moment(), self.tree.kill_supervise(name))

    def kill_supervise_and_main(self):
        name = self.random.choice(self.names)
        self.touched.add(name)
        first = self.tree.kill_supervise(name)
        self.note("kill supervise and main", name, first, self.moment(), self.tree.kill_main(name))

    def kill_svscan(self):
        self.tree.kill_svscan()
        pause = self.moment()
        self.tree.revive()
        self.note("kill svscan", pause)

    def kill_svscan_twice(self):
        self.kill_svscan()
        pause = self.moment()
        self.tree.kill_svscan()
        self.tree.revive()
        self.note("again after", pause)

    def kill_svscan_and_supervise(self):
        name = self.any_supervise(self.random.choice(self.names))
        if self.random.random() < 0.5:
            self.tree.kill_supervise(name)
            self.note("kill supervise", name, self.moment())
            self.tree.kill_svscan()
        else:
            self.tree.kill_svscan()
            self.note("kill svscan", self.moment(), "and supervise", name, self.tree.kill_supervise(name))
        self.moment()
        self.tree.revive()

    def kill_both_supervises(self):
        name = self.random.choice(("pair", "lossy"))
        self.note("kill both supervises", name, self.tree.kill_supervise(name), self.moment(), self.tree.kill_supervise(f"{name}/log"))

    def kill_logger(self):
        self.note("kill logger", self.tree.kill_main("lossy/log"))
        if self.random.random() < 0.5:
            self.note("and its supervise", self.moment(), self.tree.kill_supervise("lossy/log"))

    def wait(self):
        spin(self.random.random() * 0.1)

    ROUNDS = (
        (kill_supervise, 20),
        (kill_supervise_twice, 10),
        (command_and_kill, 25),
        (commands, 8),
        (kill_main, 8),
        (kill_main_and_supervise, 15),
        (kill_supervise_and_main, 8),
        (kill_svscan, 8),
        (kill_svscan_twice, 3),
        (kill_svscan_and_supervise, 10),
        (kill_both_supervises, 5),
        (kill_logger, 4),
        (wait, 8),
    )

    def round(self):
        kinds, weights = zip(*self.ROUNDS)
        self.random.choices(kinds, weights)[0](self)
        orphans.reap()
        spin(self.random.random() * 0.03)


class Books:
    """What must not have changed since the last check, and what must be right at every check."""

    def __init__(self, tree):
        self.tree = tree
        self.mains = {}

    def check(self, touched):
        tree = self.tree
        assert not tree.violations()
        tree.await_supervised()
        tree.await_settled()
        assert not tree.violations()
        for name in STEADY:
            if name not in tree.made:
                continue
            now = tree.journal(name).last_main()
            if name in self.mains and name not in touched:
                assert now == self.mains[name], f"{name} was restarted, though nobody asked for it and nobody killed it; {tree.tail()}"
        self.check_starts()
        self.check_statuses()
        for name in tree.made:  # and up again, all that a command has stopped
            if tree.record(name).want != "up":
                tree.command(name, "u")
        tree.await_settled()
        for name in STEADY:
            if name in tree.made:
                self.mains[name] = tree.journal(name).last_main()

    def check_starts(self, deadline=5):
        """The counter of the record is the number of starts in the journal."""
        for name in EXACTLY_COUNTED:
            if name not in self.tree.made:
                continue

            def agree():
                before = self.tree.record(name).starts
                starts = len(self.tree.journal(name).of("run"))
                return self.tree.record(name).starts == before == starts

            await_until(
                agree, deadline, what=lambda: f"{name}: {self.tree.record(name).starts} starts in the record, {len(self.tree.journal(name).of('run'))} in the journal; {self.tree.tail()}"
            )

    def check_statuses(self):
        """What is in the ring of deaths of a service that ends by itself is what the journal says."""
        unknown = 0
        for name in ("quitter", "finisher"):
            if name not in self.tree.made:
                continue
            deaths = status_record.read_deaths(self.tree.directory / name)
            journal = self.tree.journal(name)  # after the deaths: what is in their ring is in the journal by now
            pids = {pid for _, pid, _ in journal.starts}
            for death in deaths:
                assert death.pid in pids, f"{name}: a death of {death.pid}, which was never started: {death}"
                if death.cause == "unknown":
                    unknown += 1
                elif death.cause == "exited":
                    assert death.wait_status == journal.ends.get(("run", death.pid), -1) << 8, f"{name}: {death}; {self.tree.tail()}"
                else:
                    assert death.wait_status & 0x7F in (9, 23), f"{name}: {death}"
        return unknown


@pytest.fixture
def survival_tree(bin_dir, nursery, tmp_path):
    assert SURVIVOR.is_file(), f"{SURVIVOR} is not there: build first (tests/run does)"
    tree = SurvivalTree(tmp_path / "services", nursery.environment)
    tree.start()
    tree.await_supervised()
    tree.await_settled()
    yield tree
    if tree.popen.poll() is None:
        tree.stop()


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_killed(survival_tree, nursery, part):
    seed = os.environ.get("REEVE_SURVIVAL_SEED") or f"{part}.{os.urandom(4).hex()}"
    print(f"REEVE_SURVIVAL_SEED={seed}")
    tree = survival_tree
    chaos = Chaos(tree, random.Random(seed))
    books = Books(tree)
    books.check(set())
    try:
        for number in range(-(-ROUNDS // PARTS)):
            chaos.note("round", number)
            chaos.round()
            if number % ROUNDS_BETWEEN_CHECKS == ROUNDS_BETWEEN_CHECKS - 1:
                books.check(chaos.touched)
                chaos.touched.clear()
        books.check(chaos.touched)
        print("deaths of unknown cause in the rings:", books.check_statuses())
        assert tree.stop() == 0
        await_until(lambda: not nursery.processes(), what=lambda: f"the end of {nursery.processes()}")
        assert not tree.violations()
        for name in WRITERS:
            if name in tree.made:
                total, _ = tree.check_lines(name)
                print(f"{name}: {total} lines, each once")
        total, torn = tree.check_lines("lossy", strict=False)
        assert torn <= 2 * sum(1 for what in chaos.history if what[0] == "kill logger")
    except BaseException:
        for what in chaos.history:
            print(*what)
        raise
