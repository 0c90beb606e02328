"""TERM to the scanner (or what the suite has for it) -> the last process of 200 services is gone, ms

daemontools has no such command: its svscan is killed, and svc -dx typed for all.
"""

import signal
import time

from measure import processes
from measure.programs import own
from measure.suites import present
from measure.trees import MARK, ground, tree


def measure(topic, quick):
    count, rounds = (20, 2) if quick else (200, 5)
    suites = present(topic)
    samples = {suite.name: [] for suite in suites}
    for turn in range(rounds):
        for suite in suites:
            if suite.slow_client and turn > 1:
                continue
            with tree(suite, count, "idle") as one:
                one.start_scanner()
                one.await_whole()
                time.sleep(1.25)  # daemontools reads no command in the second after a start
                everything = processes.watched(processes.with_variable(MARK, one.base))
                before = time.monotonic_ns()
                one.ask_for_the_end()
                gone = everything.await_end(30)
                everything.close()
                if gone:
                    samples[suite.name].append((gone - before) / 1e6)
                else:
                    topic.note(f"{suite.name} was not gone after 30 s")
    topic.group(f"ms, {count} services", ["median"])
    for name, found in samples.items():
        topic.row(name, found)
    topic.row("kill(2) alone", [kill_floor(count) for _ in range(rounds)])


def kill_floor(count):
    """So many bare processes, sent TERM one after the other."""
    with ground(None) as bare:
        parent = bare.start(["-n", str(count), own("idle")])
        processes.await_condition("bare processes", lambda: len(processes.family(parent.pid)) == count + 1)
        everything = processes.watched(processes.family(parent.pid))
        before = time.monotonic_ns()
        everything.send(signal.SIGTERM)
        gone = everything.await_end(30)
        everything.close()
        return (gone - before) / 1e6
