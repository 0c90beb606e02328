"""one link of a chain of programs that each change something and exec the rest, µs

A chain of 51 equal links before a static program that does nothing, less the chain of one link, divided by 50. Ours in one process
(fused), and with CHAINLOAD_NO_FUSE=1 by an exec per link. Batches take turns. The floor is the system calls that a link cannot do
without, the look at the next program among them, in a loop (floor.cpp).
"""

import subprocess
import tempfile

from measure.programs import PLACE, Absent, ours, own, theirs
from measure.trees import spawned

LINKS = 50
KINDS = {  # kind: [(label, which program, arguments of one link)]
    "envdir": [("reeve", ours, "envdir", "{d}"), ("daemontools", theirs, "envdir", "{d}"), ("runit chpst", theirs, "chpst", "-e", "{d}"), ("s6", theirs, "s6-envdir", "{d}")],
    "softlimit": [("reeve", ours, "softlimit", "-o", "100"), ("daemontools", theirs, "softlimit", "-o", "100"), ("runit chpst", theirs, "chpst", "-o", "100"), ("s6", theirs, "s6-softlimit", "-o", "100")],
    "setuidgid": [("reeve", ours, "setuidgid", "root"), ("daemontools", theirs, "setuidgid", "root"), ("runit chpst", theirs, "chpst", "-u", "root"), ("s6", theirs, "s6-setuidgid", "root")],
    "one variable": [("reeve", ours, "export", "A", "b"), ("env", theirs, "env", "A=b")],
}


def measure(topic, quick):
    batches, size = (2, 3) if quick else (10, 10)
    with tempfile.TemporaryDirectory(prefix="reeve-bench-", dir=PLACE) as place:
        for number in range(3):
            with open(f"{place}/VARIABLE_{number}", "w", encoding="ascii") as file:
                file.write("value\n")
        for kind, links in KINDS.items():
            measure_kind(topic, kind, links, place, batches, size)


def measure_kind(topic, kind, links, place, batches, size):
    chains = {}
    for label, program, name, *arguments in links:
        try:
            link = [program(name), *(word.format(d=place) for word in arguments)]
        except Absent as reason:
            topic.skip(f"{kind}, {label}: {reason}")
            continue
        chains[label] = ({}, link)
        if program is ours:
            chains["reeve, not fused"] = ({"CHAINLOAD_NO_FUSE": "1"}, link)
    samples, floor = {label: [] for label in chains}, []
    for _ in range(batches):
        for label, (environment, link) in chains.items():
            one = min(after - before for before, after in spawned(environment, size * 2, *link, own("empty")))
            for before, after in spawned(environment, size, *link * (LINKS + 1), own("empty")):
                samples[label].append((after - before - one) / LINKS / 1e3)
        floor += [sum(floor_of(kind, 100, place) for kind in (kind, "find")) for _ in range(size)]
    topic.group(f"µs per link of {kind}", ["median"])
    for label, found in samples.items():
        topic.row(label, found)
    topic.row("system calls alone", floor)


def floor_of(kind, times, place):
    done = subprocess.run([own("floor"), kind, str(times), place], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else 0.0  # a variable needs no call
