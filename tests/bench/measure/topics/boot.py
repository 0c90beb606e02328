"""the scanner is exec'd -> the last of N services has exec'd its run

Wall clock and processor time of the whole tree (user and system, by its control group; else by the scheduler's count of the
processes that live). Each round starts every suite once, in a new directory.
"""

import resource

from measure import accounting, processes
from measure.programs import Absent, own
from measure.suites import present
from measure.trees import ground, spawned, tree


def measure(topic, quick):
    sizes, rounds = ((10, 50), 2) if quick else ((10, 100, 1000), 7)
    for size in sizes:
        suites = [suite for suite in present(topic) if size <= suite.most]
        wall, cpu = {suite.name: [] for suite in suites}, {suite.name: [] for suite in suites}
        for turn in range(rounds):
            for suite in suites[turn % len(suites) :] + suites[: turn % len(suites)]:
                if suite.slow_client and turn > 1:
                    continue
                seconds, processor = boot(suite, size)
                wall[suite.name].append(seconds * 1e3)
                cpu[suite.name].append(processor * 1e3)
        topic.group(f"{size} services, ms", ["wall", "cpu"])
        for suite in suites:
            topic.row(suite.name, wall[suite.name], cpu[suite.name])
        topic.row("fork+exec alone", *fork_floor(size, rounds))


def fork_floor(size, rounds):
    """The services' programs alone, one after the other: ([wall ms], [cpu ms])."""
    wall, cpu = [], []
    with ground(None) as bare:
        for _ in range(rounds):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            moments = spawned(bare.environment, "-f", size, own("empty"))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            wall.append((moments[-1][1] - moments[0][0]) / 1e6)
            cpu.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3)
    return wall, cpu


def boot(suite, size):
    try:
        group = accounting.group("cpuacct", f"boot.{suite.name}")
    except Absent:
        group = None
    try:
        with tree(suite, size, "stamp") as one:
            one.start_scanner([group.entry] if group else [])
            stamps = one.stamps.take_many(size + 1)
            if group:
                processor = group.processor_seconds()
            else:
                processor = sum(map(processes.run_seconds, processes.family(one.scanner.pid)))
            exec_moment = next(stamp.moment for stamp in stamps if stamp.process == one.scanner.pid)
            return (max(stamp.moment for stamp in stamps) - exec_moment) / 1e9, processor
    finally:
        if group:
            group.close()
