"""What a multilog may use while nothing is logged, and how many system calls a line costs."""

import re
import subprocess

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.logger import Logger
from support.paths import foreign_program, linked_with, program, with_sanitizers
from support.service import shell


@pytest.fixture
def many(tmp_path, nursery, bin_dir):
    made = []
    for number in range(20):
        (tmp_path / str(number)).mkdir()
        made.append(Logger(tmp_path / str(number), nursery.environment, "t", "./main"))
    yield made
    for one in made:
        one.close()


def private(pid):
    fields = processes.memory_of(pid)
    return fields["Private_Clean"] + fields["Private_Dirty"]


@pytest.mark.parametrize("load", ["a few lines", "many lines"])
def test_memory(many, load):
    if linked_with() == "host" or with_sanitizers():
        pytest.skip("the figure is the static program's")
    for one in many:
        one.write(b"a line of some words\n" * 10)
        if load == "many lines":
            for _ in range(20):
                one.write(b"a line of some words\n" * 3000)
    # Each has 44 to 52, as its pages happen to lie.
    await_until(lambda: sorted(private(one.pid) for one in many)[len(many) // 2] <= 52, 30, what=lambda: f"USS, kB: {[private(one.pid) for one in many]}")


def test_an_idle_one_never_wakes_up(logger):
    one = logger("t", "-nothing*", "A7d", "./main")
    one.say("one\n")
    await_until(lambda: stays(lambda before=processes.switches(one.pid): processes.switches(one.pid) == before, 1.5), 30, "1.5 quiet seconds")


def test_system_calls_of_a_line(logger, tmp_path):
    """Look, copy, stamp, write, take, note; and then to sleep."""
    strace = foreign_program("strace", "strace")
    one = logger("t", "./main")
    one.say("one\n")
    trace = tmp_path / "trace"
    with subprocess.Popen([strace, "-o", trace, "-p", str(one.pid)], stderr=subprocess.PIPE, env=one.environment) as tracer:
        if b"attached" not in tracer.stderr.readline():
            tracer.kill()
            pytest.skip("strace cannot attach here")
        try:
            for text in ("two\n", "three\n"):
                one.say(text)
                await_until(lambda: trace.read_text().rpartition("\n")[2].startswith("ppoll("), 20, what=trace.read_text)
        finally:
            tracer.terminate()
    waking = [re.findall(r"^(\w+)\(", part, re.MULTILINE) for part in re.split(r"^ppoll.*$", trace.read_text(), flags=re.MULTILINE)]
    # The better of both: what else is to be done once a second may come together with one.
    assert min(len(calls) for calls in waking if "write" in calls) <= 13, waking


def test_under_svscan_with_loggers_killed(tree):
    """Real use: a service, its log/run, and a logger that dies again and again."""
    numbers = shell("n=0; while [ $n -lt 3000 ]; do echo line $n; n=$((n + 1)); done; exec sleep 10000")
    place = tree.add("web", numbers, log=shell(f"exec {program('multilog')} t s4096 n100000 ./main"))
    tree.start()
    main = place / "log" / "main"

    def lines():
        found = b""
        for path in [*sorted(main.glob("@*")), main / "current"]:
            try:
                found += path.read_bytes()
            except FileNotFoundError:
                pass
        return [int(number) for number in re.findall(rb"line (\d+)\n", found)]

    killed = set()
    for _ in range(3):
        pid = await_until(lambda: next((pid for pid in loggers(tree) if pid not in killed), None), 30, "a logger")
        killed.add(pid)
        subprocess.run(["kill", "-KILL", str(pid)], check=False)
    await_until(lambda: lines()[-1:] == [2999], 30, what=lambda: f"line 2999; the last are {lines()[-5:]}")
    assert lines() == list(range(3000))


def loggers(tree):
    return [pid for pid in processes.marked(tree.environment[processes.MARKER]) if "multilog t " in (processes.command_line(pid) or "")]
