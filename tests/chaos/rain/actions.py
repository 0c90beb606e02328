"""Carries decisions out. Each method is a kind of decision; it returns what came of it, for the trace."""

import os
import signal
import subprocess
import time

from support import orphans
from support.paths import program
from support.survival import spin

from rain.requests import Requests


class Actions:
    def __init__(self, tree, place, population):
        self.tree, self.place, self.population = tree, place, population
        self.requests = Requests(tree.directory)
        self.kills = self.freezes = 0
        self.frozen = []  # (when to thaw, pid, start)
        self.empty_at = None
        self.clients = []  # svctl processes
        self.gone = {}  # {name: how often it was made anew}

    def perform(self, decision):
        return getattr(self, decision.kind.replace("-", "_"))(*decision.words)

    def tend(self):
        """What has to be done between two decisions."""
        now = time.monotonic()
        for entry in [one for one in self.frozen if one[0] <= now]:
            self.thaw(entry)
        if self.empty_at is not None and self.empty_at <= now:
            self.place.empty()
            self.empty_at = None
        for popen in [one for one in self.clients if one.poll() is not None]:
            orphans.disown(popen)
            self.clients.remove(popen)
        self.requests.look()
        orphans.reap()
        return self.tree.revive()

    def thaw(self, entry):
        self.frozen.remove(entry)
        _, pid, start = entry
        if self.tree.is_alive(pid, start):
            os.kill(pid, signal.SIGCONT)

    def calm_down(self):
        """Nothing is frozen, full or away any more."""
        for entry in list(self.frozen):
            self.thaw(entry)
        self.place.empty()
        self.empty_at = None
        self.tend()

    # killing and freezing

    def hit(self, whose, what):
        pid = self.tree.signal_exactly(whose, what)
        self.kills += pid is not None
        return pid

    def kill(self, whose, what):
        return self.hit(whose, what)

    def kill_two(self, whose, what, moment, other, other_what):
        first = self.hit(whose, what)
        spin(moment)
        return [first, self.hit(other, other_what)]

    def kill_svscan(self, *words):
        """Alone, or just before or after somebody else."""
        *victim, moment = words
        done = []
        if victim and moment > 0.0003:
            done.append(self.hit(*victim))
            spin(moment)
        self.kills += self.tree.kill_svscan()
        if victim and moment <= 0.0003:
            spin(moment)
            done.append(self.hit(*victim))
        return done

    def freeze(self, whose, what, seconds):
        found = self.tree.process(whose, what)
        pid = self.tree.signal_exactly(whose, what, signal.SIGSTOP)
        if pid is None:
            return None
        self.freezes += 1
        self.frozen.append((time.monotonic() + seconds, *found))
        return pid

    # letters and requests

    def letters(self, name, letters, moment, kill):
        found = self.tree.process(name, "supervise") if kill else None
        done = self.tree.send_letters(name, letters)
        if found is None:
            return done
        spin(moment)
        return [done, self.hit(name, "supervise")]

    def tree_letter(self, letters):
        if letters == "HUP":
            self.tree.popen.send_signal(signal.SIGHUP)
            return "sent"
        return self.tree.send(".svscan/control", letters)

    def engine_signal(self, name):
        return self.tree.signal_exactly("engine", "main", signal.Signals[f"SIG{name}"])

    def ask(self, verb, mode, names):
        return self.requests.ask(do=verb, mode=mode, services=names)

    def isolate(self, name):
        return self.requests.ask(do="isolate", services=[name])

    def svctl(self, *words):
        if len(self.clients) >= 4:
            return "too many"
        with open(self.place.root / "svctl", "ab") as said:
            popen = subprocess.Popen(
                [program("svctl"), "-C", str(self.tree.directory), *words],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=self.tree.environment, start_new_session=True,
            )
        self.clients.append(orphans.own(popen))
        return popen.pid

    # directories

    def vanish(self, name):
        return self.tried(lambda: self.tree.move_aside(name))

    def return_(self, name):
        return self.tried(lambda: self.tree.move_back(name))

    def anew(self, name):
        self.gone[name] = self.gone.get(name, 0) + 1
        return self.tried(lambda: self.tree.remove(name))

    def make(self, name, whole):
        if (self.tree.directory / name).exists():
            return "it is there"
        files = self.population.definition(name)
        if whole:
            return self.tried(lambda: self.tree.write(name, files))
        return self.tried(lambda: self.tree.write_in_place(name, files))

    def change(self, name, file, content):
        return self.tried(lambda: self.tree.change(name, file, content))

    def tried(self, action):
        """The disk may be full, and a directory away."""
        try:
            action()
            return "done"
        except OSError as why:
            return os.strerror(why.errno) if why.errno else str(why)

    def fill(self, seconds):
        if not self.place.fill():
            return "no disk of its own"
        self.empty_at = time.monotonic() + seconds
        return "full"


setattr(Actions, "return", Actions.return_)  # the word is taken in this language
