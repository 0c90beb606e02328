"""No memory at the n-th allocation, for n = 1, 2, … of whole runs of each program that allocates.

Allowed is to go on, or to end with a message and a documented exit code; then the program is started again, as its
supervisor does it, and everything is as if it had not ended. Programs that do not allocate: tests/run assertions.
"""

import os
import shutil
import subprocess

import engine_scenarios
import pytest
import svscan_scenarios
from allocation import AllocationFault, Board, calls_of, need_library, spread
from injection import Fault, await_report, need_injector
from support.paths import linked_with, program
from support.service import shell
from sweep import run_case

PARTS = 4
SAMPLE = {"svscan": 3, "depengine": 3, "svctl": 25}  # faults of a part, or a command, in CI


# ---- svscan and depengine


def svscan_case(scenario):
    def run(directory, environment, fault):
        report, _ = svscan_scenarios.run(scenario, "pair", directory, environment, fault)
        return calls_of(report)

    return run


CASES = {f"svscan {name}": svscan_case(name) for name in svscan_scenarios.SCENARIOS}
CASES |= {f"depengine {name}": scenario for name, scenario in engine_scenarios.SCENARIOS.items()}


def check(name, part, most):
    need_library(dynamic=True)
    case, which = CASES[name], name.split()[0]
    counted, wrong = run_case(case, AllocationFault(which))
    assert wrong is None, f"without a fault: {wrong}"
    assert counted[0] > 100, f"it asked for memory {counted[0]} times: the library was not loaded"
    numbers = spread(counted[0], most * PARTS if most else None)[part::PARTS]
    findings, effective = [], 0
    for number in numbers:
        found, wrong = run_case(case, AllocationFault(which, number))
        effective += bool(found and found[1])
        if wrong:
            findings.append(f"{name}: allocation {number} of {counted[0]}: {wrong}")
    assert not findings, "\n\n".join(findings)
    return effective


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CASES)
def test_a_sample(name, part, record_property):
    record_property("faults", check(name, part, SAMPLE[name.split()[0]]))


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CASES)
def test_all(name, part, record_property):
    record_property("faults", check(name, part, None))


# ---- svctl

COMMANDS = {
    "check": (["check"], (0, 1)),
    "status": (["status"], (0, 1, 3)),
    "graph": (["graph"], (0, 1)),
    "list": (["status", "--json"], (0, 1, 3)),
    "why": (["why", "web"], (0, 1, 3)),
    "new": (["new", "made", "--", "sleep", "1"], (0,)),
    "wrong": (["no-such-verb"], (100, 1, 2)),
}


@pytest.fixture
def directory(tmp_path):
    place = tmp_path / "services"
    for name, files in {"web": {"requires": ["db"]}, "db": {}}.items():
        (place / name).mkdir(parents=True)
        (place / name / "run").write_text(shell("exec sleep 1"), encoding="ascii")
        (place / name / "run").chmod(0o755)
        for relation, others in files.items():
            (place / name / relation).mkdir()
            for other in others:
                (place / name / relation / other).touch()
    return place


@pytest.mark.parametrize("name", COMMANDS)
def test_svctl(name, directory, tmp_path, request, record_property):
    need_library()
    words = COMMANDS[name][0]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def run(number):
        shutil.rmtree(directory / "made", ignore_errors=True)
        board = Board(tmp_path / "board", number)
        done = subprocess.run(
            [program("svctl"), "-C", str(directory), *words], env={**environment, **board.variables("svctl")}, capture_output=True, text=True, timeout=30, check=False
        )
        return done, board

    usual, board = run(0)
    assert board.programs == 1 and usual.returncode >= 0, usual
    count = board.calls
    numbers = spread(count, None if request.config.getoption("--long") else SAMPLE["svctl"])
    findings = []
    for number in numbers:
        done, now = run(number)
        same = (done.returncode, done.stdout) == (usual.returncode, usual.stdout)
        refused = done.returncode in (1, 2, 100, 111) and "svctl:" in done.stderr
        if now.refused and not same and not refused:
            findings.append(f"allocation {number} of {count}: exit code {done.returncode}, {done.stdout!r} {done.stderr!r}")
    record_property("faults", len(numbers))
    assert not findings, "\n".join(findings)


# ---- programs that never allocate


LEAN = {
    "svok": ["svok", "web"],
    "svstat": ["svstat", "web", "db"],
    "svc": ["svc", "-u", "web"],
    "svup": ["svup", "web"],
    "svwait": ["svwait", "-d", "web"],
    "chain": ["chainload", "export", "A", "b", "softlimit", "-o", "100", "pgrphack", program("svok"), "web"],
    "envdir": ["envdir", "web/empty", program("svok"), "web"],
    "setlock": ["setlock", "lock", program("svok"), "web"],
}  # what a chain execs in the end allocates nothing either


@pytest.mark.parametrize("name", LEAN)
def test_a_lean_program_never_asks_for_memory(name, directory, tmp_path):
    """Linked with musl, whose malloc() begins with brk or mmap: neither is called. (supervise: the runs of test_system_calls.py.)"""
    if linked_with() != "musl":
        pytest.skip("needs programs that are linked with musl")
    need_injector()
    words = LEAN[name]
    fault = Fault()
    (directory / "web" / "empty").mkdir()
    environment = {"PATH": f"{os.path.dirname(program('svok'))}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run([*fault.words(tmp_path / "report"), program(words[0]), *words[1:]], cwd=directory, env=environment, capture_output=True, timeout=30, check=False)
    assert done.returncode in (0, 1, 100, 111), done
    counts = await_report(tmp_path / "report").counts
    assert counts
    assert not {"brk", "mmap", "mremap"} & set(counts), counts
