"""10,000 services in one tree: start, memory, one death and one new name among them, stop

The same for 1000, to see what grows faster than the number of services. daemontools and runit end at 1000. "scanner cpu" is
the scanner's own processor time for the start, a service. A death and a new name are single events, one after the other, in the tree that is whole.
"""

import os
import resource
import signal
import statistics
import time

from measure import accounting, processes
from measure.programs import Absent
from measure.suites import present
from measure.trees import tree

DESCRIPTORS = 65536  # a scanner needs one or two a service, this script one a process


def measure(topic, quick):
    sizes, events = ((200,), 5) if quick else ((1000, 10_000), 50)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], DESCRIPTORS), max(before[1], DESCRIPTORS)))
    except (ValueError, OSError):
        topic.note(f"no more than {before[1]} descriptors for each process here")
    try:
        for size in sizes:
            starts = topic.group(f"start of {size}", ["wall ms", "cpu ms", "µs a service", "scanner cpu, µs a service"])
            found = {suite.name: one_tree(topic, suite, size, events) for suite in present(topic) if size <= suite.most}
            for name, figures in found.items():
                starts.row(name, *figures["start"])
            topic.group(f"memory with {size}", ["scanner USS, kB", "supervisor USS, kB", "whole tree, kB a service"], ratio=2)
            for name, figures in found.items():
                topic.row(name, *figures["memory"])
            topic.group(f"one among {size}, ms", ["new name -> run"])
            for name, figures in found.items():
                topic.row(name, figures["new"])
            topic.group(f"one among {size}, ms", ["death -> run"])
            for name, figures in found.items():
                topic.row(name, figures["death"])
            topic.group(f"stop of {size}", ["wall ms", "µs a service", "scanner cpu, µs a service"])
            for name, figures in found.items():
                topic.row(name, *figures["stop"])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before if os.geteuid() == 0 else (before[0], resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def group_or_none(controller, name):
    try:
        return accounting.group(controller, name)
    except Absent:
        return None


def one_tree(topic, suite, size, events):
    groups = [group for group in (group_or_none("cpuacct", suite.name), group_or_none("memory", suite.name)) if group]
    try:
        with tree(suite, size, "stamp") as one:
            one.start_scanner([group.entry for group in groups])
            stamps = one.stamps.take_many(size + 1, 300)
            begun = next(stamp.moment for stamp in stamps if stamp.process == one.scanner.pid)
            services = [stamp for stamp in stamps if stamp.process != one.scanner.pid]
            wall = (max(stamp.moment for stamp in services) - begun) / 1e6
            cpu = next((group.processor_seconds() * 1e3 for group in groups if group.controller == "cpuacct"), None)
            time.sleep(1.5)  # the scanner is at rest, and every service has been up for more than a second
            scanner = processes.run_seconds(one.scanner.pid)
            found = {"start": (wall, cpu, wall * 1e3 / size, scanner * 1e6 / size)}
            found["memory"] = memory(one, groups, [stamp.parent for stamp in services], size)
            found["new"] = [one.appear("stamp", number) for number in range(min(events, 3) if suite.polls else events)]
            found["death"] = deaths(one, services, min(events, 3) if suite.slow_restart else events)
            found["stop"] = stop(topic, one, size + len(found["new"]))
            return found
    finally:
        for group in groups:
            group.close()


def memory(one, groups, supervisors, size):
    whole = next((sum(group.memory_kb()) / size for group in groups if group.controller == "memory"), None)
    some = supervisors[:: max(1, len(supervisors) // 200)]
    each = None if one.suite.central else statistics.median(map(processes.private_kb, some))
    return processes.private_kb(one.scanner.pid), each, whole


def deaths(one, services, events):
    found = []
    for chosen in services[:: max(1, len(services) // events)][:events]:
        one.stamps.forget()
        before = time.monotonic_ns()
        os.kill(chosen.process, signal.SIGKILL)
        found.append((one.stamps.take(lambda stamp, of=chosen: stamp.parent == of.parent).moment - before) / 1e6)
    return found


def stop(topic, one, size):
    scanner = one.scanner.pid
    generations = processes.descendants(scanner)  # services before supervisors, should descriptors not do for all
    everything = processes.watched(pid for pids in [generations[0], *reversed(generations[1:])] for pid in pids)
    cpu = processes.run_seconds(scanner)
    before = time.monotonic_ns()
    one.ask_for_the_end()
    gone = everything.await_end(120)
    everything.close()
    if not gone:
        topic.note(f"{one.suite.name}: {size} services were not gone after 120 s")
        return None, None, None
    try:
        used = (processes.run_seconds(scanner) - cpu) * 1e6 / size  # it is still to be waited for
    except OSError:
        used = None  # daemontools' was
    return (gone - before) / 1e6, (gone - before) / 1e3 / size, used
