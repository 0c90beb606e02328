"""death of a service that was up for more than 1 s -> its next run is exec'd, ms

From right before SIGKILL is sent to the first instruction of the next main. Supervisors of all suites run at the same time
and are killed at in turn, and each suite follows each other one equally often. What takes about a second by design (s6, supervisor)
comes after the others, for it works beside whom it is not waited for.
The floor is fork and exec of the same program with nothing else around.
"""

import os
import signal
import time
from contextlib import ExitStack

from measure.programs import own
from measure.suites import in_turn, present
from measure.trees import ground, spawned, supervisors

PAUSE = 1.25  # seconds between two deaths of one service


def measure(topic, quick):
    services, rounds = (4, 2) if quick else (12, 5)
    with ExitStack() as stack:
        running = [stack.enter_context(supervisors(suite, services, "stamp")) for suite in present(topic)]
        samples = {one.suite.name: [] for one in running}
        current = {}
        for one in running:
            wait_for_first(one, current)
        quick_ones = [one for one in running if not one.suite.slow_restart]
        slow_ones = [one for one in running if one.suite.slow_restart]
        for _ in range(rounds):
            time.sleep(PAUSE)
            for index in range(services):
                for one in in_turn(quick_ones, index):
                    kill(one, index, current, samples)()
            late = [kill(one, index, current, samples) for index in range(services) for one in slow_ones]
            for collect in late:
                collect()
        floor = fork_floor(stack.enter_context(ground(None)), services * rounds)
    topic.group("ms", ["median"])
    for one in running:
        topic.row(one.suite.name, samples[one.suite.name])
    topic.row("fork+exec alone", floor)


def wait_for_first(one, current):
    """Of a central suite, any service takes the number: which it is makes no difference to what is measured."""
    missing = {}
    for index, process in enumerate(one.processes):
        missing.setdefault(process.pid, []).append(index)
    while any(missing.values()):
        stamp = one.stamps.take(lambda stamp: missing.get(stamp.parent))
        current[one.suite.name, missing[stamp.parent].pop(0)] = stamp.process
    one.stamps.forget()


def kill(one, index, current, samples):
    """Kills a service; returns how to await its successor."""
    key = (one.suite.name, index)
    supervisor = one.processes[index].pid
    before = time.monotonic_ns()
    os.kill(current[key], signal.SIGKILL)

    def collect():
        stamp = one.stamps.take(lambda stamp: stamp.parent == supervisor)
        current[key] = stamp.process
        samples[one.suite.name].append((stamp.moment - before) / 1e6)

    return collect


def fork_floor(place, times):
    moments = spawned(place.environment, "-f", times, own("stamp"), "once")
    stamps = place.stamps.take_many(times)
    return [(stamp.moment - before) / 1e6 for stamp, (before, _) in zip(stamps, moments)]
