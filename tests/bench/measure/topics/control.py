"""a signal asked for with the suite's client -> the service has it, µs

HUP by `svc -h` or what the suite has for it, from right before the client is spawned to the moment at which the service's
sigwait has returned; and by one letter that a small static program writes into the supervisor's FIFO, where it has one. The floor is the
same program sending the signal itself.
"""

import os
import stat
from contextlib import ExitStack

from measure.programs import own
from measure.suites import in_turn, present
from measure.topics.respawn import wait_for_first
from measure.trees import spawned, supervisors


def measure(topic, quick):
    batches = 10 if quick else 300
    with ExitStack() as stack:
        running = [stack.enter_context(supervisors(suite, 1, "caught")) for suite in present(topic)]
        current, typed, written = {}, {}, {}
        for one in running:
            wait_for_first(one, current)
            typed[one.suite.name], written[one.suite.name] = [], []
        floor = []
        for turn in range(batches):
            for one in in_turn(running, turn):
                name = one.suite.name
                if one.suite.slow_client and turn % 20 != 0:
                    continue
                typed[name].append(take(one, *one.suite.hangup(one.places[0])))
                fifo = os.path.join(one.places[0], "supervise", "control")
                if is_fifo(fifo):
                    written[name].append(take(one, own("poke"), fifo, "h"))
            floor.append(take(running[0], own("poke"), current[running[0].suite.name, 0]))
    for title, samples in (("client", typed), ("letter written into the FIFO", written)):
        topic.group(f"{title}, µs", ["median"])
        for name, found in samples.items():
            if found:
                topic.row(name, found)
        topic.row("kill(2) by a static program", floor)


def is_fifo(path):
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


def take(one, *command):
    one.stamps.forget()
    [(before, _)] = spawned(one.environment, 1, *command)
    return (one.stamps.take(lambda stamp: stamp.moment > before).moment - before) / 1e3
