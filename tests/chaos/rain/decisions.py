"""What is going to happen, and when: an endless sequence of decisions from one seeded generator.

No decision depends on what the ones before led to, only on the seed and the population. So a seed is the whole story,
as far as the kernel's scheduler lets a story be told twice.
"""

import dataclasses
import random

# Signals that the program of a service dies of, and letters for them, are for those that nobody relies on.
FREE_LETTERS = ("u", "d", "o", "r", "p", "c", "h", "a", "i", "t", "k", "q", "1", "2", "w", "l", "G", "0", "x", "X", "U", "du", "ud", "rr", "dx", "uU", "dU", "?")
HARMLESS_LETTERS = ("h", "l", "U", "X", "c", "hU", "hX")
VERBS = {"start": 30, "restart": 20, "stop": 12, "release": 8, "try-restart": 6, "reload": 3, "try-reload": 3, "reload-or-start": 3, "verify": 3, "reset": 6}
MODES = {"replace": 8, "fail": 1, "no-stop": 1, "irreversible": 1}
FREE_MODES = {**MODES, "only": 1, "ignore-order": 1}
WEIGHTS = {
    "kill": 62,
    "kill-two": 16,
    "kill-svscan": 1.5,
    "freeze": 9,
    "letters": 10,
    "tree-letter": 1,
    "engine-signal": 1,
    "ask": 12,
    "isolate": 0.25,
    "svctl": 0.5,
    "vanish": 3,
    "anew": 2,
    "change": 3,
    "fill": 0.4,
}


@dataclasses.dataclass(frozen=True)
class Decision:
    pause: float  # seconds before it
    kind: str
    words: list


class Decisions:
    def __init__(self, seed, population, per_second):
        self.random = random.Random(f"decisions {seed}")
        self.population, self.per_second = population, per_second
        self.names = list(population.members)
        self.processes = [member.name for member in population.members.values() if member.kind != "target"]
        self.loggers = [f"{name}/log" for name, member in population.members.items() if member.has_logger] + ["engine/log"]
        self.parents = [name for name, member in population.members.items() if "child" in member.lines]
        self.to_come = []  # decisions that belong to one before: (how many from now, kind, words)

    def __iter__(self):
        return self

    def __next__(self):
        pause = round(self.random.expovariate(self.per_second), 5)
        for index, (left, kind, words) in enumerate(self.to_come):
            if left <= 0:
                del self.to_come[index]
                return Decision(pause, kind, words)
            self.to_come[index] = (left - 1, kind, words)
        kind = self.choose(WEIGHTS)
        return Decision(pause, kind, getattr(self, kind.replace("-", "_"))())

    def choose(self, chances):
        return self.random.choices(list(chances), list(chances.values()))[0]

    def later(self, least, most, kind, words):
        self.to_come.append((self.random.randint(least, most), kind, words))

    def moment(self):
        """Seconds: mostly below a millisecond, where a start, a death and a record happen."""
        return round(self.random.random() * self.random.choice((0.0002, 0.0006, 0.002, 0.01)), 6)

    def victim(self):
        """[whose, what]: main (the main process), supervise, child, or script (whatever is there of its processes)."""
        whose = self.random.random()
        if whose < 0.05:
            return ["engine", self.random.choices(("main", "supervise"), (4, 1))[0]]
        if whose < 0.17:
            return [self.random.choice(self.loggers), self.random.choice(("main", "supervise"))]
        if whose < 0.21:
            return [self.random.choice(self.parents or self.processes), "child"]
        return [self.random.choice(self.processes), self.random.choices(("main", "supervise"), (5, 4))[0]]

    # kinds: each returns the words of the decision

    def kill(self):
        return self.victim()

    def kill_two(self):
        first = self.victim()
        if self.random.random() < 0.6:  # both of one service
            second = [first[0], "supervise" if first[1] != "supervise" else self.random.choice(("main", "supervise"))]
        else:
            second = self.victim()
        return [*first, self.moment(), *second]

    def kill_svscan(self):
        return [*self.random.choice(((), (), self.victim())), self.moment()]

    def freeze(self):
        """[whose, what, seconds]"""
        seconds = round(self.random.random() * self.random.choice((0.01, 0.1, 1.5)), 4)
        if self.random.random() < 0.08:
            return ["", "svscan", seconds]
        return [*self.victim(), seconds]

    def letters(self):
        """[name, letters, seconds, kill the supervise then]"""
        if self.random.random() < 0.6:
            return [self.random.choice(self.population.of("f")), self.random.choice(FREE_LETTERS), self.moment(), self.random.random() < 0.3]
        return [self.random.choice([*self.processes, *self.loggers]), self.random.choice(HARMLESS_LETTERS), self.moment(), self.random.random() < 0.3]

    def tree_letter(self):
        return [self.random.choice(("a", "n", "U", "U", "x", "HUP", "aU", "Ux"))]

    def engine_signal(self):
        return [self.random.choice(("HUP", "TERM"))]

    def ask(self):
        """[verb, mode, names]"""
        verb = self.choose(VERBS)
        names = self.random.sample(self.population.of("gotpqkf"), self.random.choice((1, 1, 1, 2, 3)))
        mode = self.choose(FREE_MODES if all(name[0] == "f" for name in names) else MODES)
        if verb in ("stop", "release") and self.random.random() < 0.9:
            for name in names:
                self.later(3, 60, "ask", ["start", "replace", [name]])
        return [verb, mode, names]

    def isolate(self):
        self.later(5, 60, "ask", ["start", "replace", self.everything()])
        return [self.random.choice(self.population.of("got"))]

    def everything(self):
        """All that nothing speaks against starting together."""
        return [name for name in self.population.of("gotpf")] + [name for name in self.population.of("k") if name.endswith("a")]

    def svctl(self):
        name = self.random.choice(self.population.of("gf"))
        return self.random.choice((["restart", "--no-wait", name], ["status"], ["status", name], ["why", name], ["check"], ["graph"], ["tree", "rescan"], ["start", "--no-wait", name], ["plan", "stop", name], ["metrics"]))

    def vanish(self):
        name = self.random.choice(self.population.of("v"))
        self.later(1, self.random.choice((2, 10, 80)), "return", [name])
        return [name]

    def anew(self):
        """[name, how it is removed, whether it is made as a whole]"""
        name = self.random.choice(self.population.of("w"))
        self.later(1, 30, "make", [name, self.random.random() < 0.7])
        return [name]

    def change(self):
        """[name, file, content]: None removes the file"""
        name = self.random.choice(self.population.of("w"))
        other = self.random.choice(self.population.of("gov"))
        what = self.random.choice(
            (
                [f"wants/{other}", ""],
                [f"requires/{other}", ""],
                [f"after/{other}", ""],
                [f"part-of/{other}", ""],
                ["requires", None],
                ["wants", None],
                ["after", None],
                ["part-of", None],
                ["persistent", ""],
                ["persistent", None],
                ["down", ""],
                ["down", None],
                ["timeout-kill", "500\n"],
                ["timeout-kill", "soon\n"],
                ["notification-fd", "3\n"],
                ["restart-delay", "20 2 200\n"],
                ["restart-delay", "20 2\n"],
                ["wants/nobody", ""],
                ["run", "changed"],
            )
        )
        return [name, *what]

    def fill(self):
        return [round(self.random.random() * self.random.choice((0.05, 0.5, 4)), 3)]
