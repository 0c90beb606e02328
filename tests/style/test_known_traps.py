"""Traps that other dependency engines fell into: each has a test of ours that is named after it."""

import functools
import re

import pytest
from tree import files, text_of

TRAPS = {
    "a dependency is stopped when the first of two dependents has ended": [
        "trap: a dependency waits for the last of its dependents, not for the first",
        "trap: a dependency stays while the second of two dependents needs it, however the first one ends",
    ],
    "an ordering relation keeps a service alive": ["trap: an ordering relation keeps nothing alive"],
    "a recovery with readiness is killed by the start's time limit": [
        "trap: a recovery that takes as long as a first start is not stopped by the engine",
        "trap: the time to become ready is counted anew for each recovery",
    ],
    "there is a limit of depth": ["trap: depth: a chain of 100,000 takes no stack"],
    "a client never reads": ["test_a_client_that_never_reads_is_dropped", "test_a_client_that_never_reads_its_answer_blocks_nobody"],
    "a name has / or .. in it": ["trap: names with a slash, dots or blanks are reported, not followed"],
    "two conflicting services that are part of each other are restarted": ["trap: two that conflict and are part of each other"],
    "wants and conflicts name the same service": ["trap: a service that is wanted and conflicts"],
    "a ring of 20 services": [
        "trap: a ring of twenty is one cycle, as a path with the file",
        "trap: a ring of twenty orders starts and stops whole; a ring of twenty needs starts never",
    ],
    "the order is cyclic as declared, and not as executed": ["trap: an order that is cyclic as stated and not as needed"],
    "X restart, A start, B start; A after B, B after X, X after A": ["trap: no deadlock of a restart with starts in a ring of orders"],
    "a dependent is not started after its dependency recovers": ["trap: a dependent starts by itself when its dependency recovers"],
    "the result depends on the order of the arguments": ["trap: a result does not depend on the order of the arguments"],
    "stop while starting": ["trap: stop while starting", "trap: stop while it starts, start while it stops"],
    "start while stopping": ["trap: start while stopping", "trap: stop while it starts, start while it stops"],
    "what is required starts again while the stop runs": [
        "trap: what a restart needs starts again while the dependent still stops",
        "trap: a restart of what somebody is just about to need",
    ],
    "a condition that skips is taken for a failure, or for done": [
        "trap: a condition that says no is neither a failure nor a success",
        "trap: a condition that says no is asked once, even if its start was seen",
    ],
}


@functools.cache
def names_of_tests():
    found = set()
    for path in files():
        if path.parts[0] == "tests" and path.name.endswith("_test.cpp"):
            found.update(re.findall(r'TEST_CASE\(\s*"([^"]*)"', text_of(path)))
        elif path.parts[:2] == ("tests", "blackbox") and path.suffix == ".py":
            found.update(re.findall(r"^def (test_\w+)", text_of(path), re.MULTILINE))
    return found


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_has_its_test(trap):
    assert set(TRAPS[trap]) <= names_of_tests()
