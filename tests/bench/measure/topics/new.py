"""a service appears in the scan directory -> its run is exec'd, ms

Half of them by rename of a finished directory, half by symlink. Where the suite must be told (s6) the typed command is
included; where it looks every few seconds (daemontools, runit) a few samples show that interval.
"""

import time
from contextlib import ExitStack

from measure.suites import in_turn, present
from measure.topics.respawn import fork_floor
from measure.trees import ground, tree


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
            for one in in_turn(running, number):
                if not (one.suite.polls or one.suite.slow_client) or number < few:
                    samples[one.suite.name].append(one.appear("stamp", number))
            time.sleep(0.02)
    topic.group("ms", ["median"])
    for name, found in samples.items():
        topic.row(name, found)
    with ground(None) as bare:
        topic.row("fork+exec alone", fork_floor(bare, many))
    for one in running:
        if one.suite.polls:
            topic.note(f"{one.suite.name} finds new services by looking every few seconds")
