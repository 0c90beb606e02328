"""No memory at the n-th allocation, for n = 1, 2, … of whole runs of each program that allocates.

Allowed is to go on, or to end with a message and a documented exit code; then the program is started again, as its
supervisor does it, and everything is as if it had not ended. Programs that do not allocate: tests/run assertions.
"""

import os
import shutil
import subprocess

import pytest
import svscan_scenarios
from allocation import AllocationFault, Board, calls_of, need_library, spread
from engine_client import Engine
from injection import Fault, await_report, need_injector
from support.awaiting import await_until
from support.paths import linked_with, program
from support.service import shell
from support.survival import survivor
from svscan_tree import Tree
from sweep import run_case

PARTS = 4
SAMPLE = {"svscan": 3, "depengine": 3, "svctl": 25}  # faults of a part, or a command, in CI


# ---- svscan


def svscan_case(scenario):
    def run(directory, environment, fault):
        report, _ = svscan_scenarios.run(scenario, "pair", directory, environment, fault)
        return calls_of(report)

    return run


# ---- depengine


def engine_case(directory, environment, fault):
    """Start in order, requests, a new service, the stop; a client whose engine ends meanwhile asks again."""
    tree = Tree(f"{directory}/services", environment)
    engine = Engine(tree)
    board = Board(f"{directory}/report.board", fault.number)
    quick = {"restart_delay": "1 1 1", "timeout_kill": "400"}
    engine.add("low", run=survivor(), **quick)
    engine.add("high", run=survivor(), relations={"requires": ["low"]}, **quick)

    def surely(do, **fields):
        def asked():
            try:
                return engine.ask(do, **fields)
            except (OSError, AssertionError):
                return None

        return await_until(asked, 40, what=lambda: f"an answer to {do}; {tree.messages()}")

    def settled():
        answer = surely("status")
        return "services" in answer and all(one["settled"] for one in answer["services"])

    engine.start(environment=board.variables("depengine"))
    await_until(settled, 40, what=lambda: f"all settled; {tree.messages()}")
    await_until(lambda: tree.main_pid("low") and tree.main_pid("high"), 40, what=lambda: f"both up; {tree.messages()}")
    low = tree.main_pid("low")
    answer = surely("stop", services=["high"])
    assert answer["type"] in ("result", "error"), answer
    answer = surely("stop", services=["high"])
    await_until(lambda: not tree.main_pid("high"), 40, what=lambda: f"high down; {answer}; {tree.messages()}")
    surely("start", services=["high"])
    surely("start", services=["high"])
    await_until(lambda: tree.main_pid("high"), 40, what=lambda: f"high up; {tree.messages()}")
    engine.add("later", run=survivor(), relations={"requires": ["high"]}, **quick)
    await_until(lambda: tree.main_pid("later"), 40, what=lambda: f"later up; {tree.messages()}")
    for do in ("graph", "blame", "plan"):
        surely(do, services=["later"], **({"verb": "stop"} if do == "plan" else {}))
    await_until(settled, 40, what=lambda: f"all settled; {tree.messages()}")
    assert tree.main_pid("low") == low, f"a service was disturbed: {tree.messages()}"
    for name in ("SIGSEGV", "killed by ABRT", "killed by SEGV"):
        assert name not in tree.messages(), tree.messages()
    deaths = [one for one in engine_deaths(tree) if os.WIFSIGNALED(one.wait_status)]
    assert not deaths, f"the engine was ended by a signal: {deaths}; {tree.messages()}"
    assert tree.stop() == 0, tree.messages()
    for file in tree.directory.glob("*/violations"):
        raise AssertionError(file.read_text(encoding="ascii"))
    return board.calls, board.refused


def engine_deaths(tree):
    from support import status_record  # noqa: PLC0415

    return status_record.read_deaths(tree.directory / Engine.NAME)


CASES = {"svscan live": svscan_case("live"), "svscan inherit": svscan_case("inherit"), "depengine": engine_case}


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
