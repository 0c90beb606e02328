"""the scanner is exec'd -> the last of N services has exec'd its run

Wall clock and processor time of the whole tree (user and system, by its control group; else by the scheduler's count of the
processes that live). Each round starts every suite once, in a new directory.
"""

from measure import accounting, processes
from measure.programs import Absent
from measure.suites import present
from measure.trees import tree


def measure(topic, quick):
    sizes, rounds = ((10, 50), 2) if quick else ((10, 100, 1000), 7)
    suites = present(topic)
    for size in sizes:
        wall, cpu = {suite.name: [] for suite in suites}, {suite.name: [] for suite in suites}
        for turn in range(rounds):
            for suite in suites[turn % len(suites) :] + suites[: turn % len(suites)]:
                seconds, processor = boot(suite, size)
                wall[suite.name].append(seconds * 1e3)
                cpu[suite.name].append(processor * 1e3)
        topic.group(f"{size} services, ms", ["wall", "cpu"])
        for suite in suites:
            topic.row(suite.name, wall[suite.name], cpu[suite.name])


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
