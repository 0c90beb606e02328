"""Each system call of svscan fails, once, with each error that it may plausibly fail with, over whole scenarios.

In CI a sample, the same each time; with --long all. A finding names its fault; tests/fault/case runs that one alone.
"""

import functools

import pytest
import sweep
from injection import need_injector
from svscan_scenarios import AFTER, RUNS, run

PARTS = 8  # of each scenario's faults, so that they run in parallel


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A directory that all workers share."""
    return tmp_path_factory.getbasetemp().parent


def scenario_of(name, kind):
    return functools.partial(run, name, kind)


def faults_of(name, kind, cache):
    found = sweep.reference(f"svscan-{name}", scenario_of(name, kind), cache, AFTER)
    return sweep.all_faults(found["counts"], AFTER), found["state"]


@pytest.mark.parametrize("name,kind", RUNS)
def test_a_sample(name, kind, cache, record_property):
    need_injector()
    faults, state = faults_of(name, kind, cache)
    chosen = sweep.sample(f"{name}:{kind}", faults)
    effective, findings = sweep.check(scenario_of(name, kind), chosen, state)
    record_property("faults", effective)
    assert not findings, "\n\n".join(f"case svscan {name} {kind} {one}" for one in findings)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name,kind", RUNS)
def test_all(name, kind, part, cache, record_property):
    need_injector()
    faults, state = faults_of(name, kind, cache)
    effective, findings = sweep.check(scenario_of(name, kind), faults[part::PARTS], state)
    record_property("faults", effective)
    assert not findings, "\n\n".join(f"case svscan {name} {kind} {one}" for one in findings)
