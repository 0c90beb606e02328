"""status of one service typed, µs

The client's exec and end included, by posix_spawn from a small static program, in batches that take turns. The floor is the
same for a static program that does nothing.
"""

from contextlib import ExitStack

from measure.programs import own
from measure.suites import present
from measure.topics.respawn import wait_for_first
from measure.trees import spawned, supervisors


def measure(topic, quick):
    batches, size = (4, 10) if quick else (20, 50)
    with ExitStack() as stack:
        running = [stack.enter_context(supervisors(suite, 1, "stamp")) for suite in present(topic)]
        commands, slow = {}, set()
        for one in running:
            wait_for_first(one, {})
            if one.suite.slow_client:
                slow.add(one.suite.name)
            commands[one.suite.name] = (one.environment, one.suite.status(one.places[0]))
        commands["empty program"] = ({}, [own("empty")])
        samples = {name: [] for name in commands}
        for _ in range(batches):
            for name, (environment, command) in commands.items():
                times = 1 if name in slow else size
                samples[name] += [(after - before) / 1e3 for before, after in spawned(environment, times, *command)]
    topic.group("µs", ["median"])
    for name, found in samples.items():
        topic.row(name, found)
