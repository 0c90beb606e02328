"""tests/chaos/run as tests: a fixed seed, a random one, and with --long half an hour of it."""

import os
import pathlib
import re
import subprocess

import pytest

RUN = pathlib.Path(__file__).parent / "run"


def run(*words, limit):
    """Its output; a failure with the end of it."""
    done = subprocess.run(["/usr/bin/python3", RUN, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=limit, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def kills(output):
    return int(re.search(r"^(\d+) kills in", output, re.MULTILINE)[1])


def test_a_fixed_seed():
    assert kills(run("--seed", 1, "--seconds", 30, "--services", 50, limit=900)) > 0


def test_a_random_seed():
    assert kills(run("--seconds", 30, "--services", 50, limit=900)) > 0


def test_the_same_seed_is_the_same_rain(tmp_path):
    from rain import trace
    from rain.decisions import Decisions
    from rain.population import Population

    def decided(seed):
        population = Population(seed, 50, tmp_path, "#!/bin/sh\n")
        decisions = Decisions(seed, population, 10)
        return {name: population.definition(name) for name in population.members}, [next(decisions) for _ in range(2000)]

    assert decided("a") == decided("a") != decided("b")
    writer = trace.Trace(tmp_path / "trace", {"seed": "a"})
    for decision in decided("a")[1]:
        writer.action(decision, None)
    again = trace.read(tmp_path / "trace")[1]
    assert [list(entry) for entry in again] == [[one.pause, one.kind, list(one.words)] for one in decided("a")[1]]


@pytest.mark.long
def test_ten_thousand_kills():
    """On a loaded machine it takes longer than the half hour: then it rains on."""
    seed = os.environ.get("REEVE_CHAOS_SEED", "")
    words = ["--seed", seed] if seed else []
    output = run(*words, "--seconds", 1800, "--kills", 10_000, "--services", 120, "--rate", 20, "--calm", 60, limit=3 * 3600)
    assert kills(output) >= 10_000
