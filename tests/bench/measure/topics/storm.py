"""crash storm: 100 services whose run ends at once, and one that does not

In ten seconds from the start of the tree: how often something was started, and the processor time of the whole tree. Meanwhile the
one sound service is killed now and then: ms from its death to its next run. Who starts a crashing service again and again
starts more; who waits longer and longer (reeve: backoff) has the machine for the others.
"""

import os
import signal
import time

from measure import accounting, processes
from measure.programs import Absent
from measure.suites import present
from measure.trees import make_service, tree


def measure(topic, quick):
    count, seconds, rounds = (20, 3, 1) if quick else (100, 10, 1)
    found = {}
    for _ in range(rounds):
        for suite in present(topic):
            starts, cpu, deaths = storm(suite, count, seconds)
            into = found.setdefault(suite.name, ([], [], []))
            into[0].append(starts)
            into[1].append(cpu * 1e3)
            into[2].extend(deaths)
    topic.group(f"{count} crashing services, {seconds} s", ["cpu ms", "starts", "cpu µs a start"])
    for name, (starts, cpu, _) in found.items():
        topic.row(name, cpu, starts, [used * 1e3 / number for used, number in zip(cpu, starts)])
    topic.group("death of a sound service meanwhile -> run, ms", ["median"])
    for name, (_, _, deaths) in found.items():
        topic.row(name, deaths)


def storm(suite, count, seconds):
    try:
        group = accounting.group("cpuacct", f"storm.{suite.name}")
    except Absent:
        group = None
    try:
        with tree(suite, 0, "stamp") as one:
            for number in range(count):
                make_service(one.scan / f"c{number:03}", "crash")
            make_service(one.scan / "sound", "ready")
            one.start_scanner([group.entry] if group else [])
            return watch(one, group, seconds)
    finally:
        if group:
            group.close()


def watch(one, group, seconds):
    """(starts, processor seconds, [ms from a death to the next run])"""
    starts, deaths, begin = 0, [], time.monotonic()
    current, killed, kill_at = None, None, begin + 1.5
    while time.monotonic() < begin + seconds:
        stamp = one.stamps.next(0.02)
        if stamp and stamp.process == one.scanner.pid:
            continue
        if stamp:
            starts += 1
            if is_sound(stamp.process):
                if killed:
                    deaths.append((stamp.moment - killed) / 1e6)
                current, killed, kill_at = stamp.process, None, time.monotonic() + 1.3
        if current and not killed and time.monotonic() > kill_at:
            killed = time.monotonic_ns()
            os.kill(current, signal.SIGKILL)
    used = group.processor_seconds() if group else sum(map(processes.run_seconds, processes.family(one.scanner.pid)))
    return starts, used, deaths


def is_sound(pid):
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")) != "crash"
    except OSError:
        return False
