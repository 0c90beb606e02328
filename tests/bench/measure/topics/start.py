"""`svc -u` typed -> run is exec'd, ms

From right before the client is spawned (so its exec is included) to the first instruction of run's main; the service was
down for more than 1 s. All suites in turn.
"""

import time
from contextlib import ExitStack

from measure import processes
from measure.programs import own
from measure.suites import in_turn, present
from measure.topics.respawn import fork_floor
from measure.trees import ground, spawned, supervisors

PAUSE = 1.25  # seconds after which no supervisor delays a start any more


def measure(topic, quick):
    services, rounds = (4, 2) if quick else (12, 5)
    with ExitStack() as stack:
        running = [stack.enter_context(supervisors(suite, services, "stamp", down=True)) for suite in present(topic)]
        samples = {one.suite.name: [] for one in running}
        for _ in range(rounds):
            time.sleep(PAUSE)
            for index in range(services):
                for one in in_turn(running, index):
                    if index < 2 or not one.suite.slow_client:
                        samples[one.suite.name].append(start(one, index))
            time.sleep(PAUSE)  # daemontools reads no command in the second after a start
            for one in running:
                bring_down(one)
        forks = fork_floor(stack.enter_context(ground(None)), services * rounds)
        floor = [sum(pair) for pair in zip(forks, client_floor(services * rounds))]
    topic.group("ms, client included", ["median"])
    for one in running:
        topic.row(one.suite.name, samples[one.suite.name])
    topic.row("client's exec, fork+exec", floor)


def start(one, index):
    [(before, _)] = spawned(one.environment, 1, *one.suite.up(one.places[index]))
    supervisor = one.processes[index].pid
    stamp = one.stamps.take(lambda stamp: stamp.parent == supervisor and stamp.moment > before)
    return (stamp.moment - before) / 1e6


def client_floor(times):
    return [(after - before) / 1e6 for before, after in spawned({}, times, own("empty"))]


def bring_down(one):
    for place in one.places[: 2 if one.suite.slow_client else None]:
        one.run_client(one.suite.down(place))
    indices = range(len(one.places))
    processes.await_condition("services to be down", lambda: all(one.child(index) is None for index in indices))
