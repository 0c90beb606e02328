"""What one supervise may cost: memory, wake-ups, system calls, the heap. These are promises, so they are asserted."""

import os
import re
import shutil
import subprocess
import uuid

import pytest
from support import orphans, processes
from support.awaiting import await_until, stays
from support.paths import foreign_program, linked_with, program
from support.service import RUNS, Service, recorded

COUNT = 200
CALLS_PER_CYCLE = 25
COMMANDS = 10_000


def uss_budget_kb():
    library = linked_with()
    if library not in ("musl", "glibc"):
        pytest.skip(f"no budget for a build whose lean programs are linked with {library}")
    return 18 if library == "musl" else 52


def only_lean():
    if linked_with() not in ("musl", "glibc"):
        pytest.skip("counts only for the lean programs as they are shipped: a sanitizer adds calls of its own")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """200 idle supervisors with a service each."""
    directory = tmp_path_factory.mktemp("crowd")
    marker = uuid.uuid4().hex
    environment = {"PATH": os.environ["PATH"], processes.MARKER: marker}
    services = [Service(directory / f"s{number}", environment, {"run": RUNS}) for number in range(COUNT)]
    for one in services:
        one.launch()
    for one in services:
        one.await_phase("ready", deadline=60)
    yield services
    for one in services:
        one.send("dx")
    for one in services:
        one.await_exit()
    assert not processes.marked(marker)
    shutil.rmtree(directory)


def test_the_memory_of_200_idle_supervisors(crowd):
    budget = uss_budget_kb()
    found = []
    for one in crowd:
        memory = processes.memory_of(one.supervise_pid)
        found.append(memory["Private_Clean"] + memory["Private_Dirty"])
    assert sum(found) / len(found) <= budget, f"kB per supervise: {sorted(set(found))}"


def test_idle_supervisors_never_wake_up(crowd):
    before = {one.supervise_pid: processes.switches(one.supervise_pid) for one in crowd}
    assert stays(lambda: True, 3)  # the interval that is looked at
    woken = {pid: processes.switches(pid) - count for pid, count in before.items() if processes.switches(pid) != count}
    assert not woken


def test_few_descriptors(crowd):
    counts = {len(os.listdir(f"/proc/{one.supervise_pid}/fd")) for one in crowd}
    assert max(counts) <= 10


def traced(service, files):
    """A service under a supervise that strace watches (and only it, not its children)."""
    strace = foreign_program("strace", "strace")
    one = service(files, start=False)
    one.popen = orphans.own(
        subprocess.Popen(
            [strace, "-qq", "-o", str(one.directory.parent / "trace"), program("supervise"), str(one.directory)],
            env=one.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=open(one.log, "ab"),
            start_new_session=True,
        )
    )
    await_until(one.is_supervised)
    return one


def test_system_calls_per_death_and_restart(service):
    only_lean()
    cycles = 50
    one = traced(service, {"run": recorded("sleep 3", "exit 1"), "restart-delay": "1 1 1"})
    one.await_starts(5)
    trace = one.directory.parent / "trace"
    first, calls = one.status().starts, len(trace.read_text().splitlines())
    last = one.await_starts(first + cycles).starts
    calls = len(trace.read_text().splitlines()) - calls
    one.send("d")
    one.await_phase("down")
    per_cycle = calls / (last - first)
    assert per_cycle <= CALLS_PER_CYCLE, f"{per_cycle:.1f} system calls per death and restart"


def test_no_heap_call_in_10000_commands(service):
    only_lean()
    one = traced(service, {"run": recorded("on all record", "mark prepared", "wait")})
    one.await_event("mark")
    trace = one.directory.parent / "trace"
    before = len(trace.read_text().splitlines())
    sent = one.status().commands
    for start in range(0, COMMANDS, 500):
        one.send("hc1c2" * 100)
        one.await_status(lambda now, upto=sent + start + 500: now.commands >= upto, deadline=60)
    one.send("dk")
    one.await_phase("down")
    later = trace.read_text().splitlines()[before:]
    assert len(later) > 1000
    assert not [line for line in later if re.match(r"(brk|mmap|mremap|munmap)\(", line)]


def test_memory_does_not_grow_with_restarts(service):
    only_lean()
    one = service({"run": recorded("exit 1"), "restart-delay": "1 1 1"})
    one.await_starts(50)
    before = processes.memory_of(one.supervise_pid)
    descriptors = len(os.listdir(f"/proc/{one.supervise_pid}/fd"))
    one.await_starts(1000, deadline=60)
    one.send("d")
    one.await_phase("down")
    after = processes.memory_of(one.supervise_pid)
    assert after["Anonymous"] <= before["Anonymous"] + 4
    await_until(lambda: len(os.listdir(f"/proc/{one.supervise_pid}/fd")) <= descriptors)


@pytest.mark.long
def test_memory_does_not_grow_with_10000_restarts(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "1 1 1"})
    one.await_starts(100)
    before = processes.memory_of(one.supervise_pid)
    one.await_starts(10_000, deadline=300)
    assert processes.memory_of(one.supervise_pid)["Anonymous"] <= before["Anonymous"] + 4
