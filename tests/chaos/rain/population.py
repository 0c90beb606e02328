"""Who lives in the tree: services of every kind and the relations between them, all from one seed.

Families, by the first letter of the name; what may be done to each decides what can be proved of it:

g, o, t  processes, oneshots, targets, in layers: each relates to lower ones. Only the engine stops them, so that an
         end that was asked for is the engine's doing. p, q, k are of them too: part-of, requisite, conflicts.
f        free: they get control letters past the engine; nothing needs them.
v        they vanish (renamed away) and come back as they were; they need some of the above.
w        they are removed and made anew, and their files change while they run; they need some of the above.
"""

import dataclasses
import random

from support.survival import survivor

HARD = ("requires", "binds-to", "requisite")  # needed as long as the service is up
NEEDS = (*HARD, "milestone")
QUICK = {"restart-delay": "20 2 200\n"}
LAYER = 12  # a service relates to at most so many services before it


@dataclasses.dataclass
class Member:
    name: str
    kind: str  # process, oneshot, target
    files: dict
    lines: list  # of its survivor script
    relations: dict = dataclasses.field(default_factory=dict)  # {other: relation}
    readiness: str = "fd"

    @property
    def family(self):
        return self.name[0]

    @property
    def has_logger(self):
        return "log" in self.files


class Population:
    """`members`: {name: Member}, the engine not among them."""

    def __init__(self, seed, count, evidence, logger):
        self.random = random.Random(f"population {seed}")
        self.evidence, self.logger = evidence, logger
        self.members = {}
        shares = {"g": 0.42, "o": 0.08, "f": 0.18, "v": 0.10, "w": 0.08}
        core = []
        for number in range(max(4, round(count * (shares["g"] + shares["o"] + 0.05)))):
            family = self.random.choices("got", (shares["g"], shares["o"], 0.05))[0]
            member = getattr(self, f"make_{family}")(f"{family}{number:02}")
            self.relate(member, core[-LAYER:])
            core.append(member.name)
        grounds = [name for name in core if name[0] != "t"]
        for number in range(max(1, count // 30)):
            self.relate_one(self.make_g(f"p{number:02}"), "part-of", self.random.choice(grounds))
            self.relate_one(self.make_g(f"q{number:02}"), "requisite", self.random.choice(grounds))
            one, other = self.make_g(f"k{number:02}a"), self.make_g(f"k{number:02}b")
            other.files["down"] = ""
            self.relate_one(one, "conflicts", other.name)
            self.relate(other, grounds[:4])
        for number in range(round(count * shares["f"])):
            self.make_f(f"f{number:02}")
        for family in "vw":
            for number in range(max(1, round(count * shares[family]))):
                member = self.make_g(f"{family}{number:02}", logger=family == "v")
                self.relate(member, self.random.sample(grounds, min(4, len(grounds))))
        self.write_watching()

    def of(self, families):
        return [name for name in self.members if name[0] in families]

    # members

    def add(self, member):
        self.members[member.name] = member
        return member

    def begin(self, name):
        return [f"evidence {self.evidence}/{name}"]

    def make_g(self, name, logger=None):
        kind = self.random.choices(("fd", "notify", "forking"), (6, 2, 1.5))[0]
        files, lines = dict(QUICK), self.begin(name)
        files["timeout-kill"] = "1500\n"
        if self.random.random() < 0.2:
            lines.append("child")
        if kind == "fd":
            files["notification-fd"] = "3\n"
            lines.append("ready-fd 3")
        elif kind == "notify":
            files["notify"] = ""
            lines.append("notify")
        else:
            files["forking"] = f"{self.evidence}/{name}/pid\n"
            lines.append(f"daemon {self.evidence}/{name}/pid")
        if self.random.random() < 0.15:
            files["persistent"] = ""
        if self.random.random() < 0.06:
            files["max-death-tally"] = "4 5\n"
        if self.random.random() < 0.3:
            lines.append(f"slow {self.random.choice((1, 5, 20, 100))}")
        lines += ["ignore HUP"]
        # Not those that notify: they are busy saying so.
        if kind != "notify" and (logger or (logger is None and self.random.random() < 0.5)):
            lines.append("lines 5 500000")
            files["log"] = {"run": self.logger, **QUICK}
        return self.add(Member(name, "process", files, lines, readiness=kind))

    def make_o(self, name):
        files = {"stop": survivor(*self.begin(name), "role stop", "live 1 30", "code 0"), **QUICK}
        return self.add(Member(name, "oneshot", files, [*self.begin(name), "role start", "live 1 60", "code 0"]))

    def make_t(self, name):
        return self.add(Member(name, "target", {}, []))

    def make_f(self, name):
        """Anything goes: nobody relies on it."""
        files, lines = {**QUICK, "timeout-kill": "300\n"}, self.begin(name)
        variant = self.random.choice(("plain", "stubborn", "finisher", "quitter", "fragile", "writer", "pidless", "checked"))
        if variant == "stubborn":
            lines.append("ignore TERM")
        elif variant == "finisher":
            files["finish"] = survivor(*self.begin(name), "role finish", "live 5 60", "code 0")
        elif variant == "quitter":
            lines.append("live 50 900")
        elif variant == "fragile":
            files["max-death-tally"] = "3 5\n"
        elif variant == "writer":
            lines.append("lines 20 300000")
            files["log"] = {"run": self.logger, **QUICK}
        elif variant == "pidless":
            lines += ["child", "slow 30"]
        elif variant == "checked":
            files["check"] = "#!/bin/sh\nexec test -e run\n"
            files["check-interval"] = "200\n"
        member = self.add(Member(name, "process", files, lines, readiness="none"))
        for other in self.random.sample(self.of("g"), 2):
            member.relations[other] = self.random.choice(("wants", "after", "waits-for"))
        return member

    # relations

    def relate(self, member, candidates):
        for other in self.random.sample(candidates, min(len(candidates), self.random.choice((0, 1, 1, 2, 2, 3)))):
            chances = ("requires", "binds-to", "milestone", "waits-for", "wants", "after")
            member.relations[other] = self.random.choices(chances, (8, 3, 2, 2, 2, 2))[0]

    def relate_one(self, member, relation, other):
        member.relations[other] = relation

    def hard_dependents(self, name):
        """The processes that must be gone when `name` is stopped: also those behind a target or a oneshot."""
        found, to_do = set(), [name]
        while to_do:
            needed = to_do.pop()
            for member in self.members.values():
                if member.family in "vw" or member.relations.get(needed) not in HARD or member.name in found:
                    continue
                found.add(member.name)
                if member.kind != "process":
                    to_do.append(member.name)
        return sorted(one for one in found if self.members[one].kind == "process")

    def write_watching(self):
        """Who must not be alive when a service is stopped, or starts."""
        for member in self.members.values():
            if member.kind != "process":
                continue
            member.lines += [f"dependent {other}" for other in self.hard_dependents(member.name)[:24]]
            for other, relation in member.relations.items():
                if relation == "conflicts":
                    member.lines.append(f"apart {other}")
                    self.members[other].lines.append(f"apart {member.name}")

    # files

    def definition(self, name):
        """{file: content}; what makes the directory a service comes last."""
        member = self.members[name]
        files = dict(member.files)
        for other, relation in member.relations.items():
            files.setdefault(relation, {})[other] = ""
        last = {"process": "run", "oneshot": "start", "target": "target"}[member.kind]
        files[last] = survivor(*member.lines) if member.kind != "target" else ""
        return files
