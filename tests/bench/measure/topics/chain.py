"""one link of a chain of programs that each change something and exec the rest, µs

Chains of 50 equal links before a static program that does nothing, less that program alone, divided by 50. Ours in one process
(fused), and with CHAINLOAD_NO_FUSE=1 by an exec per link. Batches take turns.
"""

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
        chains[label] = ({}, link * LINKS)
        if program is ours:
            chains["reeve, not fused"] = ({"CHAINLOAD_NO_FUSE": "1"}, link * LINKS)
    samples = {label: [] for label in chains}
    for _ in range(batches):
        alone = min(after - before for before, after in spawned({}, size * 5, own("empty")))
        for label, (environment, chain) in chains.items():
            for before, after in spawned(environment, size, *chain, own("empty")):
                samples[label].append((after - before - alone) / LINKS / 1e3)
    topic.group(f"µs per link of {kind}", ["median"])
    for label, found in samples.items():
        topic.row(label, found)
