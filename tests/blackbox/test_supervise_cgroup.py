"""`cgroup/`: each run in a fresh leaf cgroup of its own."""

import os
import pathlib

import pytest
from support import processes
from support.awaiting import await_until
from support.service import RUNS, recorded, supervised_processes

AT_ONCE = {"restart-delay": "1 1 1"}


def unified_mount():
    for line in pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if fields[fields.index("-") + 1] == "cgroup2":
            return pathlib.Path(fields[4])
    return None


def group_of(pid):
    """The process's cgroup as a directory."""
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines():
        if line.startswith("0::"):
            return unified_mount() / line[3:].lstrip("/")
    return None


def leaf_of(pid):
    """The cgroup of the service, once its process has joined it (it does so right before its exec)."""
    await_until(lambda: group_of(pid) != group_of("self"), what=lambda: f"{pid} to be in a cgroup of its own")
    return group_of(pid)


@pytest.fixture(autouse=True)
def writable_hierarchy():
    mount = unified_mount()
    if mount is None:
        pytest.skip("no cgroup version 2 hierarchy is mounted")
    probe = group_of("self") / f"reeve-test-probe-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        pytest.skip(f"cgroups cannot be made here: {error}")


def test_each_run_has_a_fresh_leaf(service):
    one = service({"run": recorded("on TERM exit 0", "wait"), "cgroup": {}})
    first = leaf_of(one.await_phase("ready").pid)
    one.send("r")
    second = leaf_of(one.await_status(lambda now: now.starts == 2 and now.phase == "ready").pid)
    assert second != first
    await_until(lambda: not first.exists())


def test_the_leaf_is_removed_at_the_end(service):
    one = service({"run": RUNS, "cgroup": {}})
    group = leaf_of(one.await_phase("ready").pid)
    one.send("d")
    one.await_phase("down")
    await_until(lambda: not group.exists())


def test_supervise_itself_stays_outside(service):
    one = service({"run": RUNS, "cgroup": {}})
    pid = one.await_phase("ready").pid
    assert leaf_of(pid).parent == group_of(one.supervise_pid) == group_of("self")


def test_the_values_are_written(service):
    one = service({"run": RUNS, "cgroup": {"cgroup.max.descendants": "3\n", "cgroup.max.depth": "2\n"}})
    group = leaf_of(one.await_phase("ready").pid)
    assert (group / "cgroup.max.descendants").read_text() == "3\n"
    assert (group / "cgroup.max.depth").read_text() == "2\n"


def test_a_value_that_the_kernel_refuses_is_reported_and_the_service_runs(service):
    one = service({"run": RUNS, "cgroup": {"no.such.file": "1\n"}})
    one.await_phase("ready")
    one.await_stderr("no.such.file")


def test_all_that_is_in_the_group_is_killed(service):
    run = recorded("on TERM ignore", "daemon {", "on TERM ignore", "wait", "}", "mark prepared", "wait")
    one = service({"run": run, "cgroup": {}, "timeout-kill": "50"})
    one.await_event("mark")
    one.send("d")
    one.await_phase("down")
    assert supervised_processes(one) == []


def test_pause_freezes_the_whole_group(service):
    one = service({"run": recorded("child {", "wait", "}", "mark prepared", "wait"), "cgroup": {}})
    one.await_event("mark")
    group = leaf_of(one.await_phase("ready").pid)
    one.send("p")
    await_until(lambda: "frozen 1" in (group / "cgroup.events").read_text())
    assert one.await_status(lambda now: now.paused)
    one.send("c")
    await_until(lambda: "frozen 0" in (group / "cgroup.events").read_text())


def test_a_frozen_service_can_be_stopped(service):
    one = service({"run": RUNS, "cgroup": {}})
    one.await_phase("ready")
    one.command("p")
    one.send("d")
    one.await_phase("down")


def test_leftovers_of_an_adopted_service_are_found_by_the_group(service):
    run = recorded("daemon {", "on HUP ignore", "wait", "}", "mark prepared", "wait")
    one = service({"run": run, "cgroup": {}})
    one.await_event("mark")
    stray = one.await_events("forked")[0].pid
    one.kill_supervise()
    one.start()
    one.send("d")
    one.await_phase("down")
    assert not processes.alive(stray)
