"""Each system call of supervise and of svscan fails, once, with each error that it may plausibly fail with, over whole scenarios.

In CI a sample, the same each time; with --long all. A finding names its fault; tests/fault/case runs that one alone.
"""

import functools

import pytest
import supervise_scenarios
import svscan_scenarios
import sweep
from injection import need_injector

PROGRAMS = {"supervise": supervise_scenarios, "svscan": svscan_scenarios}
PARTS = 8  # of each scenario's faults, so that they run in parallel
SCENARIOS = pytest.mark.parametrize(
    ("program", "name", "kind"), [(program, *one) for program, scenarios in PROGRAMS.items() for one in scenarios.RUNS]
)


# What the whole sweep has found, once mended: these cases run always. (Their numbers may come to mean neighbours.)
FOUND = {
    ("supervise", "live", "notify"): ["socket:1:ENFILE", "bind:2:EADDRINUSE", "setsockopt:5:ENOBUFS", "unlinkat:9:EACCES"],
    ("supervise", "inherit", "plain"): ["waitid:2:EINTR"],
    ("supervise", "inherit-stop", "stubborn"): ["pidfd_send_signal:3:ENOMEM"],
}


@pytest.fixture
def swept(program, name, kind, tmp_path_factory, record_property):
    """swept(choose): runs the scenario with each of the faults that `choose` takes from all of them."""
    need_injector()
    scenario = functools.partial(PROGRAMS[program].run, name, kind)
    after = getattr(PROGRAMS[program], "AFTER", "")
    found = sweep.reference(f"{program}-{name}-{kind}", scenario, tmp_path_factory.getbasetemp().parent, after)

    def run(choose):
        effective, findings = sweep.check(scenario, choose(sweep.all_faults(found["counts"], after)), found["state"])
        record_property("faults", effective)
        assert not findings, "\n\n".join(f"case {program} {name} {kind} {one}" for one in findings)

    return run


@SCENARIOS
def test_a_sample(swept, name, kind):
    swept(lambda faults: sweep.sample(f"{name}:{kind}", faults))


@pytest.mark.parametrize(("program", "name", "kind"), FOUND)
def test_what_was_found(swept, program, name, kind):
    swept(lambda faults: [one for one in faults if str(one) in FOUND[program, name, kind]])


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@SCENARIOS
def test_all(swept, part):
    swept(lambda faults: faults[part::PARTS])
