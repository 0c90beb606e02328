"""a tree under steady work: memory and descriptors of each process at the begin, at the end, and at most

24 services with loggers, an engine and relations among them: each lives for a little more than a second, writes lines and ends, to be started again.
Meanwhile letters, requests to the engine, rescans, and directories that appear and vanish. Nothing is killed, so each process that
is measured is the same one all the time. Memory is anonymous memory (smaps_rollup), of svscan, of the engine, and of the
supervises and loggers together; "begin" is after a tenth of the time. --minutes says how long (half a minute).
"""

import os
import random
import shutil
import time

from measure import processes
from measure.programs import ours, own
from measure.topics.graph import engine_tree, name_of
from measure.trees import make_service

SERVICES = 24
MINUTES = 0.5


class soak_tree(engine_tree):
    """Services with loggers, each of which requires the one before it in its group of three."""

    def __init__(self):
        super().__init__([[number - 1] if number % 3 else [] for number in range(SERVICES)], down=False)
        for number in range(SERVICES):
            place = self.scan / name_of(number)
            (place / "run").unlink()
            script(place / "run", f"exec {own('busy')} 50 {1100 + 40 * number}")
            (place / "notification-fd").unlink()
            (place / "log").mkdir()
            script(place / "log" / "run", f"exec {ours('multilog')} t s100000 n3 ./main")

    def roles(self):
        """{pid: role} of what is to stay the same all the time."""
        scanner, supervises, mains = (*self.generations(), [], [])[:3]
        found = {scanner[0]: "svscan"} | {pid: "supervise" for pid in supervises}
        for pid in mains:
            try:
                with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
                    name = comm.read().strip()
            except OSError:
                continue
            if name in ("multilog", "depengine"):
                found[pid] = name
        return found

    def generations(self):
        return processes.descendants(self.scanner.pid)[:3]


def script(path, line):
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="ascii")
    path.chmod(0o755)


class work:
    """What is done to the tree; counts it."""

    def __init__(self, one):
        self.one, self.random, self.done, self.comes = one, random.Random(1), {}, 0
        self.kinds = (self.letter, self.letter, self.letter, self.request, self.status, self.rescan, self.appear)

    def step(self):
        kind = self.random.choice(self.kinds)
        kind()
        self.done[kind.__name__] = self.done.get(kind.__name__, 0) + 1

    def letter(self):
        place = self.one.scan / name_of(self.random.randrange(SERVICES))
        self.one.run_client([ours("svc"), self.random.choice(("-h", "-t", "-a", "-p", "-c", "-u", "-r")), place])
        self.one.run_client([ours("svc"), "-c", place])  # none stays stopped

    def request(self):
        do = self.random.choice(("restart", "start", "stop"))
        name = name_of(self.random.randrange(SERVICES))
        try:
            self.one.ask(do=do, services=[name])
            if do == "stop":
                self.one.ask(do="start", services=[name])
        except (OSError, RuntimeError) as error:
            raise RuntimeError(f"the engine does not answer {do} {name}: {error}") from None

    def status(self):
        self.one.ask(do="status")
        self.one.run_client([ours("svstat"), *map(str, self.one.scan.glob("s00*"))])

    def rescan(self):
        (self.one.scan / ".svscan" / "control").write_bytes(b"a")

    def appear(self):
        """A directory comes; the one before it goes."""
        if self.comes:
            os.rename(self.one.scan / f"x{self.comes:06}", self.one.staging / f"x{self.comes:06}")
        for old in sorted(self.one.staging.iterdir())[:-2]:
            shutil.rmtree(old, ignore_errors=True)
        self.comes += 1
        prepared = make_service(self.one.staging / f"y{self.comes:06}", "idle")
        os.rename(prepared, self.one.scan / f"x{self.comes:06}")


def look(roles):
    """{role: (anonymous kB, descriptors)}, summed over the processes of the role."""
    found = {}
    for pid, role in roles.items():
        memory, descriptors = found.get(role, (0, 0))
        found[role] = (memory + processes.anonymous_kb(pid), descriptors + len(os.listdir(f"/proc/{pid}/fd")))
    return found


def measure(topic, quick, minutes=None):
    seconds = 60 * (minutes or (0.1 if quick else MINUTES))
    with soak_tree() as one:
        one.begin()
        processes.await_condition("the loggers", lambda: len(one.roles()) == 3 + 3 * SERVICES, 60)
        roles, doing, looks = one.roles(), work(one), []
        begin = time.monotonic()
        next_look = begin + seconds / 10
        while time.monotonic() < begin + seconds:
            doing.step()
            time.sleep(0.05)
            if time.monotonic() >= next_look:
                looks.append(look(roles))
                next_look += max(seconds / 60, 1)
        starts = sum(entry.get("starts", 0) for entry in one.ask(do="status")["services"])
        looks.append(look(roles))
        logged = sum(file.stat().st_size for file in one.scan.glob("s*/log/main/*"))
    topic.group(f"{seconds / 60:g} minutes", ["kB at begin", "at end", "most", "descriptors at begin", "at end ", "most "], ratio=None)
    for role in ("svscan", "depengine", "supervise", "multilog"):
        memory, descriptors = zip(*(each[role] for each in looks))
        count = sum(other == role for other in roles.values())
        topic.row(f"{role} × {count}" if count > 1 else role, memory[0], memory[-1], max(memory), descriptors[0], descriptors[-1], max(descriptors))
    done = ", ".join(f"{count} × {name}" for name, count in sorted(doing.done.items()))
    topic.note(f"{starts} starts of services; {done}; {logged} bytes in the logs at the end")
    topic.samples = [{role: list(figures) for role, figures in each.items()} for each in looks]
