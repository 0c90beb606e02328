"""ionice, sched and cpus: what the kernel, and the programs of util-linux, say of the last link."""

import os
import re

import pytest
from support.chains import sh
from support.paths import foreign_program

AS_NOBODY = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {}
POLICY = ("/usr/bin/python3", "-Ic", "import os; print(os.sched_getscheduler(0), os.sched_getparam(0).sched_priority, os.getpriority(0, 0))")


def may_schedule():
    with open("/proc/self/status", encoding="ascii") as file:
        return int(re.search(r"^CapEff:\s*(\w+)", file.read(), re.MULTILINE)[1], 16) & (1 << 23)


needs_the_right = pytest.mark.skipif(not may_schedule(), reason="needs CAP_SYS_NICE")


def refused(run, *command):
    """As nobody: (exit code, message)."""
    try:
        done = run(*command, "true", **AS_NOBODY)
    except PermissionError:
        pytest.skip("the programs under test are where only root can reach them")
    return done.returncode, done.stderr.decode()


# ionice


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        (["-c", "idle"], "idle"), (["-c3"], "idle"), (["-c", "best-effort"], "best-effort: prio 4"), (["-c", "2", "-n", "7"], "best-effort: prio 7"),
        (["-n", "0"], "best-effort: prio 0"), (["-n1", "-t"], "best-effort: prio 1"), (["-tc", "best-effort", "-n", "2"], "best-effort: prio 2"),
    ],
)  # fmt: skip
def test_ionice(chain, options, seen):
    ionice = foreign_program("ionice", "util-linux")
    assert chain("chainload", "ionice", *options, ionice).stdout.decode().strip() == seen
    assert chain("chainload", "ionice", *options, *sh(f"{ionice}; :")).stdout.decode().strip() == seen  # children too


@needs_the_right
def test_ionice_realtime(chain):
    ionice = foreign_program("ionice", "util-linux")
    assert chain("chainload", "ionice", "-c", "realtime", "-n", "3", ionice).stdout == b"realtime: prio 3\n"
    assert chain("chainload", "ionice", "-c1", ionice).stdout == b"realtime: prio 4\n"


def test_ionice_as_that_of_util_linux(run):
    ionice = foreign_program("ionice", "util-linux")
    for options in (["-c", "3"], ["-c", "best-effort", "-n", "6"], ["-n", "5"], ["-c", "none"], ["-c2"], ["-t", "-c", "idle"]):
        assert run("chainload", "ionice", *options, ionice).stdout == run(ionice, *options, ionice).stdout, options


@pytest.mark.parametrize("options", [[], ["-t"], ["-c", "4"], ["-c", "fast"], ["-n", "8"], ["-n", "-1"], ["-c", "idle", "-n", "1"], ["-c", "none", "-n", "1"], ["-p", "1"], ["-c"]])
def test_ionice_refused(chain, options):
    done = chain("chainload", "ionice", *options, "true")
    assert done.returncode == 100 and b"ionice: usage: " in done.stderr


def test_ionice_without_rights(run):
    assert refused(run, "chainload", "ionice", "-c", "realtime") == (111, "ionice: fatal: unable to set the class realtime: permission denied\n")
    assert refused(run, "chainload", "ionice", "-t", "-c", "realtime") == (0, "")
    assert refused(run, "chainload", "ionice", "-c", "idle") == (0, "")


# sched


@pytest.mark.parametrize(("policy", "number"), [("other", os.SCHED_OTHER), ("batch", os.SCHED_BATCH), ("idle", os.SCHED_IDLE)])
def test_policies_for_all(chain, policy, number):
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    seen = chain("chainload", "nice", "-n", "3", "sched", policy, *POLICY).stdout.split()
    assert [int(word) for word in seen] == [number, 0, min(niceness + 3, 19)]  # the niceness stays


@needs_the_right
@pytest.mark.parametrize(
    ("words", "seen"),
    [(["fifo"], [os.SCHED_FIFO, 1]), (["-p", "50", "fifo"], [os.SCHED_FIFO, 50]), (["-p99", "rr"], [os.SCHED_RR, 99]),
     (["-R", "-p", "2", "rr"], [os.SCHED_RR | os.SCHED_RESET_ON_FORK, 2])],
)  # fmt: skip
def test_realtime(chain, words, seen):
    done = chain("sched", *words, *POLICY)
    if done.returncode == 111:
        pytest.skip(f"the kernel gives no realtime here: {done.stderr.decode()}")
    assert [int(word) for word in done.stdout.split()][:2] == seen


@needs_the_right
def test_reset_on_fork(chain):
    done = chain("sched", "-R", "fifo", *sh(f"{POLICY[0]} -Ic '{POLICY[2]}'; :"))
    if done.returncode == 111:
        pytest.skip(f"the kernel gives no realtime here: {done.stderr.decode()}")
    assert done.stdout.split()[0] == b"0"


@needs_the_right
def test_deadline(run):
    chrt = foreign_program("chrt", "util-linux")
    done = run("sched", "-T", "1ms", "-D", "5ms", "-P", "10000000", "deadline", *sh(f"exec {chrt} -p $$"))
    if done.returncode == 111:
        pytest.skip(f"the kernel gives no deadlines here: {done.stderr.decode()}")
    assert b"SCHED_DEADLINE" in done.stdout and b"1000000/5000000/10000000" in done.stdout


@pytest.mark.parametrize(
    "words",
    [["fast"], ["-p", "5", "other"], ["-p", "0", "fifo"], ["-p", "100", "fifo"], ["-p", "x", "rr"], ["deadline"], ["-T", "1ms", "deadline"], ["-D", "1ms", "deadline"],
     ["-T", "1ms", "fifo"], ["-T", "soon", "-D", "1ms", "deadline"], ["-T", "0", "-D", "1ms", "deadline"], ["-z", "other"], ["-p", "5", "-T", "1ms", "-D", "2ms", "deadline"]],
)  # fmt: skip
def test_sched_refused(chain, words):
    done = chain("sched", *words, "true")
    assert done.returncode == 100 and b"sched: usage: " in done.stderr


def test_sched_without_rights(run):
    assert refused(run, "ulimit", "rtprio=0", "sched", "fifo") == (111, "sched: fatal: unable to set the policy fifo: permission denied\n")
    assert refused(run, "sched", "batch") == (0, "")


# cpus

ALLOWED = sorted(os.sched_getaffinity(0))


def listed(done):
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[1].decode()


SHOW = ("grep", "Cpus_allowed_list", "/proc/self/status")


def test_cpus(chain):
    first, last = ALLOWED[0], ALLOWED[-1]
    assert listed(chain("cpus", first, *SHOW)) == str(first)
    assert listed(chain("cpus", last, *SHOW)) == str(last)
    everything = ",".join(map(str, ALLOWED))
    before = listed(chain("umask", "022", *SHOW))
    assert listed(chain("cpus", everything, *SHOW)) == before
    assert listed(chain("cpus", first, "cpus", "all", *SHOW)) == before
    assert listed(chain("cpus", f"{first}-{first},{first}", *SHOW)) == str(first)
    assert listed(chain("cpus", "-t", f"{first},8191", *SHOW)) == str(first)
    assert listed(chain("cpus", "-t", "0-8191", *SHOW)) == before


def test_every_second_cpu(chain):
    if ALLOWED[:2] != [0, 1]:
        pytest.skip("needs CPUs 0 and 1")
    assert listed(chain("cpus", "-t", "0-1:2", *SHOW)) == "0"
    assert listed(chain("cpus", "0-1", *SHOW)) == "0-1"


def test_cpus_that_are_not_there(chain):
    absent = max(os.cpu_count(), ALLOWED[-1] + 1)
    done = chain("cpus", f"{ALLOWED[0]},{absent}", "true")
    if done.returncode == 0:
        pytest.skip("this machine has room for more CPUs than it says")
    assert (done.returncode, done.stderr.decode()) == (111, f"cpus: fatal: unable to run on CPU {absent}: it is not there for this process\n")
    done = chain("cpus", "8191", "true")
    assert (done.returncode, done.stderr) == (111, b"cpus: fatal: unable to run on CPUs 8191: none of them is there for this process\n")


@pytest.mark.parametrize("text", ["", "x", "0-", "-1", "1-0", "0,", ",0", "0-1:0", "0:2", "8192", "0 1", "0-99999999999", "0--1", "a-b", "All"])
def test_cpus_refused(chain, text):
    done = chain("cpus", "--", text, "true")
    assert done.returncode == 100 and b"cpus: usage: " in done.stderr
