"""How much each kind of program holds: descriptors, and kB of anonymous memory. After the rain it must not be more
than before it.
"""

import os
import pathlib

# What a program may hold more than at the calm start: memory that it touched in rare paths, once.
SLACK_KB = {"svscan": 400, "depengine": 600, "supervise": 12, "multilog": 64}
SLACK_FDS = {"depengine": 3, "supervise": 2, "multilog": 1}


def most_of_svscan(figures):
    """Descriptors: two for each supervise (its FIFO; its pidfd, if a svscan before this one had started it), two for
    each pair, and some of its own."""
    supervises = [name for kind, name in figures if kind == "supervise"]
    return 2 * len(supervises) + 2 * sum(name.endswith("/log") for name in supervises) + 20


def anonymous_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def take(tree):
    """{(program, service): (kB, descriptors)}"""
    found = {}

    def add(kind, name, pid):
        try:
            found[kind, name] = (anonymous_kb(pid), len(os.listdir(f"/proc/{pid}/fd")))
        except OSError:
            pass

    add("svscan", "", tree.pid)
    for name in tree.names():
        record = tree.record(name)
        if record is None:
            continue
        add("supervise", name, record.supervise_pid)
        if name.endswith("/log") and record.pid:
            add("multilog", name, record.pid)
    engine = tree.record("engine")
    if engine and engine.pid:
        add("depengine", "", engine.pid)
    return found


def largest(figures):
    """{program: (most kB, most descriptors)}"""
    found = {}
    for (kind, _), (memory, descriptors) in figures.items():
        before = found.get(kind, (0, 0))
        found[kind] = (max(before[0], memory), max(before[1], descriptors))
    return found


def growth(before, after):
    """What grew, one text each: a program against the same service's before, or the kind's largest for a new one."""
    found = []
    most = largest(before)
    for (kind, name), (memory, descriptors) in after.items():
        old = before.get((kind, name), most.get(kind))
        if old is None:
            continue
        if memory > max(old[0], most[kind][0]) + SLACK_KB[kind]:
            found.append(f"{kind} {name}: {memory} kB of anonymous memory, {old[0]} before the rain")
        allowed = most_of_svscan(after) if kind == "svscan" else max(old[1], most[kind][1]) + SLACK_FDS[kind]
        if descriptors > allowed:
            found.append(f"{kind} {name}: {descriptors} descriptors, {old[1]} before the rain")
    return found
