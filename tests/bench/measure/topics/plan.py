"""the graph of N services, the plan to start them all, and the work after one change of state

In memory, without a tree: definitions to graph, and graph to plan; processor time. Each service requires three others.
A change of state is one of those of a death that the supervisor mends.
"""

import subprocess

from measure.programs import own

SIZES = [1000, 10_000, 100_000]


def measure(topic, quick):
    sizes, rounds = (SIZES[:2], 2) if quick else (SIZES, 7)
    samples = {}
    for _ in range(rounds):
        for size in sizes:
            done = subprocess.run([own("plan"), str(size)], capture_output=True, text=True, check=True)
            services, edges, graph, plan, change = (float(word) for word in done.stdout.split())
            samples.setdefault((int(services), int(edges)), []).append((graph / 1e3, plan / 1e3, change))
    topic.group("ms", ["graph", "plan", "both"])
    for (services, edges), found in samples.items():
        topic.row(f"{services} services, {edges} edges", [g for g, _, _ in found], [p for _, p, _ in found], [g + p for g, p, _ in found])
    topic.group("us", ["a change of state"])
    for (services, edges), found in samples.items():
        topic.row(f"{services} services, {edges} edges", [change for _, _, change in found])
