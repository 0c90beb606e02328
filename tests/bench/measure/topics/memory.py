"""memory of 200 idle services, kB

USS is what smaps_rollup calls Private_*: the median over the supervisors, and the scanner's own. The kernel's share (stacks,
page tables, descriptors, inodes) is only in the control group's account, which is taken of the whole tree and divided by the
number of services; bare processes without any supervisor are the floor.
"""

import statistics
import time

from measure import accounting, processes
from measure.programs import Absent, own
from measure.suites import present
from measure.trees import ground, tree

BARE = "bare processes"


def measure(topic, quick):
    count, rounds = (40, 1) if quick else (200, 3)
    suites, uss, whole = present(topic), {}, {}
    for _ in range(rounds):
        measure_bare(topic, count, whole)
        for suite in suites:
            measure_tree(topic, suite, count, uss, whole)
    topic.group(f"USS, kB ({count} services, {rounds} rounds)", ["supervisor", "largest", "scanner"])
    for name, figures in uss.items():
        topic.row(name, *[statistics.median(column) for column in zip(*figures)])
    if whole:
        topic.group("whole tree per service, kB, without caches", ["supervision", "with its service", "user", "kernel"])
        bare = statistics.median(figures[0] for figures in whole[BARE])
        for name, figures in whole.items():
            total, user, kernel = (statistics.median(column) for column in zip(*figures))
            topic.row(name, None if name == BARE else total - bare, total, user, kernel)
        topic.note("supervision is what is left of the tree when the bare processes are taken away")


def measure_tree(topic, suite, count, uss, whole):
    group = memory_group(topic, suite.name)
    try:
        with tree(suite, count, "idle") as one:
            one.start_scanner([group.entry] if group else [])
            one.await_whole()
            scanner, supervisors, _ = one.generations()
            each = [processes.private_kb(pid) for pid in supervisors] or [0.0]  # a central suite has none
            uss.setdefault(suite.name, []).append((statistics.median(each), max(each), processes.private_kb(scanner[0])))
            if group:
                add(whole, suite.name, group, count)
    finally:
        if group:
            group.close()


def measure_bare(topic, count, whole):
    group = memory_group(topic, "bare")
    if not group:
        return
    try:
        with ground(None) as bare:
            parent = bare.start(["-n", str(count), own("idle")], [group.entry])
            processes.await_condition("bare processes", lambda: len(processes.family(parent.pid)) == count + 1)
            add(whole, BARE, group, count)
    finally:
        group.close()


def memory_group(topic, name):
    try:
        return accounting.group("memory", name)
    except Absent as reason:
        if str(reason) not in topic.skipped:
            topic.skip(str(reason))
        return None


def add(whole, name, group, count):
    """The kernel frees late: the least of several looks, until it gets no less."""
    looks = [group.memory_kb()]
    while len(looks) < 20:
        time.sleep(0.25)
        looks.append(group.memory_kb())
        if len(looks) > 4 and sum(min(looks[-4:], key=sum)) > sum(min(looks[:-4], key=sum)) * 0.999:
            break
    user, kernel = (amount / count for amount in min(looks, key=sum))
    whole.setdefault(name, []).append((user + kernel, user, kernel))
