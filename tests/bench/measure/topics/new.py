"""a service appears in the scan directory -> its run is exec'd, ms

Half of them by rename of a finished directory, half by symlink. Where the suite must be told (s6) the typed command is
included; where it looks every few seconds (daemontools, runit) a few samples show that interval.
"""

import time
from contextlib import ExitStack

from measure.suites import present
from measure.trees import make_service, spawned, tree


def measure(topic, quick):
    many, few = (8, 1) if quick else (60, 3)
    samples = {}
    with ExitStack() as stack:
        running = [stack.enter_context(tree(suite, 1, "stamp")) for suite in present(topic)]
        for one in running:
            one.start_scanner()
            one.await_whole()
            one.stamps.forget()
            samples[one.suite.name] = []
        for number in range(many):
            for one in running:
                if not one.suite.polls or number < few:
                    samples[one.suite.name].append(appear(one, number))
            time.sleep(0.02)
    topic.group("ms", ["median"])
    for name, found in samples.items():
        topic.row(name, found)
    for one in running:
        if one.suite.polls:
            topic.note(f"{one.suite.name} finds new services by looking every few seconds")


def appear(one, number):
    prepared = make_service(one.staging / f"n{number:03}", "stamp")
    name = str(one.scan / f"n{number:03}")
    command = one.suite.rescan(str(one.scan)) if one.suite.rescan else []
    [(before, _)] = spawned(one.environment, "-r" if number % 2 else "-l", prepared, name, 1, *command)
    stamp = one.stamps.take(lambda stamp: stamp.moment > before)
    return (stamp.moment - before) / 1e6
