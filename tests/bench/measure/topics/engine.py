"""the engine: memory and processor time with N services

Layered graphs as in the topic graph, of services with readiness, all up and at rest. USS and anonymous memory of depengine, and that less an engine's
with one service, for each service. "start" is its processor time from its exec until all were ready, for each service; "a death" its
processor time for one death and restart of a service, by the mean of many; wake-ups are counted over five seconds of rest.
"""

import os
import signal
import time

from measure import processes
from measure.topics.graph import engine_tree, layered


def measure(topic, quick):
    sizes, deaths = ((100,), 10) if quick else ((100, 1000, 5000), 100)
    alone = one_engine(1, 1)
    topic.group("memory, kB", ["USS", "anonymous", "anonymous, a service"], ratio=None)
    costs, rows = [], [(1, alone)] + [(size, one_engine(size, deaths)) for size in sizes]
    for size, (private, anonymous, start, death, wakes) in rows:
        topic.row(f"{size} services", private, anonymous, (anonymous - alone[1]) / (size - 1) if size > 1 else None)
        costs.append((f"{size} services", start * 1e3, start * 1e6 / size, death * 1e6, wakes))
    topic.group("processor time", ["start, ms", "µs a service", "a death, µs", "wake-ups at rest in 5 s"], ratio=None)
    for row in costs:
        topic.row(*row)


def engine_of(one):
    return next(pid for pid in processes.family(one.scanner.pid) if program_of(pid) == "depengine")


def program_of(pid):
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""


def at_rest(pid):
    """Until it has not been run for half a second; its processor time."""
    before = None
    while (now := processes.switches(pid)) != before:
        before = now
        time.sleep(0.5)
    return processes.run_seconds(pid)


def one_engine(size, deaths):
    """(USS kB, anonymous kB, seconds for the start, for one death, wake-ups in 5 s)"""
    with engine_tree(layered(size), down=False) as one:
        one.begin()
        stamps = [stamp for stamp in one.stamps.take_many(size + 1, 120) if stamp.process != one.scanner.pid]
        engine = engine_of(one)
        start = at_rest(engine)
        time.sleep(4)  # it writes its intents once more
        wakes = processes.switches(engine)
        time.sleep(5)
        wakes = processes.switches(engine) - wakes
        before = processes.run_seconds(engine)
        chosen = stamps[:: max(1, size // deaths)][:deaths]
        for stamp in chosen:
            os.kill(stamp.process, signal.SIGKILL)
            one.stamps.take(lambda other, of=stamp: other.parent == of.parent and other.process != of.process)
        death = (at_rest(engine) - before) / len(chosen)
        return processes.private_kb(engine), processes.anonymous_kb(engine), start, death, wakes
