"""N services with readiness and relations: told to start -> the last one runs; and the same from nothing at all

"tree up": the scanner, the supervisors and the engine run, all services are down; from the request to the engine until the last service has been exec'd. "from nothing": from the exec of the scanner. A chain: each
service requires the one before; layered: each requires up to three of those before it, by a fixed seed. "fork + exec" is the
same number of empty programs, one after the other. (Debian 12 has no s6-rc: S6RC names one.)
"""

import json
import os
import pathlib
import random
import socket
import time

from measure import processes, s6rc
from measure.programs import Absent, ours, own
from measure.suites import REEVE
from measure.trees import ground, make_service, spawned


def chain(count):
    return [[number - 1] if number else [] for number in range(count)]


def independent(count):
    return [[] for _ in range(count)]


def layered(count):
    random.seed(1)
    return [sorted({random.randrange(max(0, number - 100), number) for _ in range(random.randint(1, 3))} if number > 20 else set()) for number in range(count)]


def name_of(number):
    return f"s{number:04}"


class engine_tree(ground):
    """The services of a graph under svscan and depengine; the target `all` holds them."""

    def __init__(self, graph, down):
        super().__init__(REEVE)
        self.scan = self.base / "service"
        self.scan.mkdir()
        self.staging = self.base / "staging"
        self.staging.mkdir()
        (self.scan / ".depengine").mkdir(mode=0o700)
        self.count = len(graph)
        for number, needed in enumerate(graph):
            place = pathlib.Path(make_service(self.scan / name_of(number), "ready", down=True))
            (place / "notification-fd").write_text("3\n", encoding="ascii")
            (place / "requires").mkdir()
            for other in needed:
                (place / "requires" / name_of(other)).touch()
        target = self.scan / "all"
        (target / "requires").mkdir(parents=True)
        (target / "target").touch()
        if down:
            (target / "down").touch()
        for number in range(self.count):
            (target / "requires" / name_of(number)).touch()
        engine = self.scan / "depengine"
        engine.mkdir()
        (engine / "early").touch()
        (engine / "keep-on-isolate").touch()
        (engine / "run").write_text(f"#!/bin/sh\nexec {ours('depengine')} ..\n", encoding="ascii")
        (engine / "run").chmod(0o755)
        self.scanner = None

    def begin(self):
        self.scanner = self.start([ours("svscan"), str(self.scan)])

    def ask(self, **request):
        """Sends one request and returns the result, which may take a while."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(str(self.scan / ".depengine" / "socket"))
            client.sendall(json.dumps({"v": 1, **request}).encode() + b"\n")
            for line in client.makefile():
                answer = json.loads(line)
                if answer["type"] in ("result", "status", "error"):
                    return answer
        raise RuntimeError("the engine closed the connection")

    def await_supervised(self):
        def all_supervised():
            try:
                services = self.ask(do="status")["services"]
            except (OSError, KeyError):
                return False
            return sum(one["supervised"] for one in services if one["name"].startswith("s")) == self.count

        processes.await_condition("all supervisors", all_supervised, 60)

    def ask_for_the_end(self):
        if self.scanner and self.scanner.poll() is None:
            self.scanner.terminate()


def tree_up(graph, rounds):
    samples = []
    with engine_tree(graph, down=True) as one:
        one.begin()
        one.await_supervised()
        one.stamps.forget()
        for _ in range(rounds):
            before = time.monotonic_ns()
            result = one.ask(do="start", services=["all"])
            if not result.get("ok"):
                raise RuntimeError(f"the start failed: {result}")
            stamps = [stamp for stamp in one.stamps.take_many(one.count)]
            samples.append((max(stamp.moment for stamp in stamps) - before) / 1e6)
            one.ask(do="release", services=["all"])
            processes.await_condition(
                "all to be down", lambda: not any(entry["run"] or entry["pid"] for entry in one.ask(do="status")["services"] if entry["name"].startswith("s")), 60
            )
            one.stamps.forget()
    return samples


def from_nothing(graph, rounds):
    samples = []
    for _ in range(rounds):
        with engine_tree(graph, down=False) as one:
            one.begin()
            stamps = one.stamps.take_many(one.count + 1)  # and the scanner's own, by `launch`
            begun = next(stamp.moment for stamp in stamps if stamp.process == one.scanner.pid)
            samples.append((max(stamp.moment for stamp in stamps) - begun) / 1e6)
    return samples


def measure(topic, quick):
    rounds = 2 if quick else 7
    shapes = {"chain of 20": chain(20)} if quick else {"chain of 100": chain(100), "100 independent": independent(100), "layered, 1000": layered(1000)}
    for title, graph in shapes.items():
        edges = sum(map(len, graph))
        topic.group(f"{title} ({edges} edges), ms", ["tree up", "from nothing"])
        topic.row("reeve", tree_up(graph, rounds), from_nothing(graph, rounds))
        if os.environ.get("S6RC"):
            try:
                topic.row("s6-rc", s6rc.tree_up(graph, rounds), s6rc.from_nothing(graph, rounds))
            except (Absent, OSError, RuntimeError) as reason:
                topic.skip(f"s6-rc: {reason}")
        with ground(None) as bare:
            moments = spawned(bare.environment, len(graph), own("empty"))
        topic.row("fork + exec", (moments[-1][1] - moments[0][0]) / 1e6, None)
