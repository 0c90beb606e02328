"""s6-rc, if the variable S6RC has its path: the graph's services compiled by the s6-rc-compile beside it, under Debian's s6-svscan."""

import os
import pathlib
import subprocess
import time

from measure import processes
from measure.programs import Absent, own, theirs
from measure.suites import S6, say
from measure.trees import ground


def program(name):
    path = pathlib.Path(os.environ["S6RC"]).absolute().parent / name
    if not path.exists():
        raise Absent(f"{path} is not there (S6RC={os.environ['S6RC']})")
    return str(path)


class s6rc_tree(ground):
    """The source of the graph and an empty scan directory."""

    def __init__(self, graph):
        for name in ("s6-rc", "s6-rc-compile", "s6-rc-init"):
            program(name)
        super().__init__(S6)
        self.count, self.scanner = len(graph), None
        source = self.base / "source"
        for number, needed in enumerate(graph):
            place = source / f"s{number:04}"
            (place / "dependencies.d").mkdir(parents=True)
            (place / "type").write_text("longrun\n", encoding="ascii")
            (place / "run").write_text(f"#!/bin/execlineb -P\n{own('ready')}\n", encoding="ascii")
            (place / "notification-fd").write_text("3\n", encoding="ascii")
            for other in needed:
                (place / "dependencies.d" / f"s{other:04}").touch()
        (source / "all" / "contents.d").mkdir(parents=True)
        (source / "all" / "type").write_text("bundle\n", encoding="ascii")
        for number in range(self.count):
            (source / "all" / "contents.d" / f"s{number:04}").touch()
        self.scan, self.compiled, self.live = self.base / "service", self.base / "compiled", self.base / "live"
        self.scan.mkdir()

    def compile(self):
        self.tell(program("s6-rc-compile"), self.compiled, self.base / "source")

    def tell(self, *words):
        done = subprocess.run([str(word) for word in words], env=self.environment, stdout=self.log, stderr=self.log, check=False)
        if done.returncode:
            raise RuntimeError(f"{words[0]} ended with {done.returncode}: {self.said()}")

    def begin(self):
        self.scanner = self.start([theirs("s6-svscan"), "-c", "12000", str(self.scan)])
        processes.await_condition("s6-svscan", (self.scan / ".s6-svscan" / "control").exists)
        self.tell(program("s6-rc-init"), "-c", self.compiled, "-l", self.live, self.scan)

    def change(self, direction):
        self.tell(program("s6-rc"), "-l", self.live, direction, "change", "all")

    def ask_for_the_end(self):
        if self.scanner and self.scanner.poll() is None:
            say(program("s6-rc"), "-l", str(self.live), "-d", "change", "all")
            say(theirs("s6-svscanctl"), "-t", str(self.scan))


def tree_up(graph, rounds):
    samples = []
    with s6rc_tree(graph) as one:
        one.compile()
        one.begin()
        for _ in range(rounds):
            one.stamps.forget()
            before = time.monotonic_ns()
            one.change("-u")
            samples.append((max(stamp.moment for stamp in one.stamps.take_many(one.count)) - before) / 1e6)
            one.change("-d")
    return samples


def from_nothing(graph, rounds):
    samples = []
    for _ in range(rounds):
        with s6rc_tree(graph) as one:
            one.compile()
            before = time.monotonic_ns()
            one.begin()
            one.change("-u")
            stamps = [stamp for stamp in one.stamps.take_many(one.count + 1) if stamp.process != one.scanner.pid]
            samples.append((max(stamp.moment for stamp in stamps) - before) / 1e6)
    return samples
