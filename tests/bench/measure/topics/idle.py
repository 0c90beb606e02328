"""wake-ups of a tree with 200 idle services in 10 s

Context switches, voluntary and not, of every process of the suite; all suites in the same ten seconds.
"""

import time
from contextlib import ExitStack

from measure import processes
from measure.suites import present
from measure.trees import tree


def measure(topic, quick):
    count, seconds = (20, 3) if quick else (200, 10)
    with ExitStack() as stack:
        running = [stack.enter_context(tree(suite, count, "idle")) for suite in present(topic)]
        for one in running:
            one.start_scanner()
        for one in running:
            one.await_whole()
        time.sleep(2)  # what still settles after the start
        family = {one.suite.name: one.generations() for one in running}
        before = counts(family)
        time.sleep(seconds)
        after = counts(family)
    topic.group(f"wake-ups in {seconds} s, {count} services", ["scanner", "supervisors", "services"], ratio=None)
    for name, generations in family.items():
        topic.row(name, *[sum(after[pid] - before[pid] for pid in pids) for pids in generations])


def counts(family):
    return {pid: processes.switches(pid) for generations in family.values() for pids in generations for pid in pids}
