"""chainload-limits(1): what the kernel says of the last program of a chain."""

import ctypes
import os
import re
import resource

import pytest
from support.chains import sh

NAMES = {  # resource: the first words of its line in /proc/PID/limits
    "as": "Max address space", "core": "Max core file size", "cpu": "Max cpu time", "data": "Max data size", "fsize": "Max file size",
    "locks": "Max file locks", "memlock": "Max locked memory", "msgqueue": "Max msgqueue size", "nice": "Max nice priority", "nofile": "Max open files",
    "nproc": "Max processes", "rss": "Max resident set", "rtprio": "Max realtime priority", "rttime": "Max realtime timeout",
    "sigpending": "Max pending signals", "stack": "Max stack size",
}  # fmt: skip
SHOW = ("cat", "/proc/self/limits")


def limits(done):
    """{resource: (soft, hard)} as words."""
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    return {name: tuple(re.search(rf"^{title}\s+(\w+)\s+(\w+)", text, re.MULTILINE).groups()) for name, title in NAMES.items()}


def may_raise():
    with open("/proc/self/status", encoding="ascii") as file:
        return int(re.search(r"^CapEff:\s*(\w+)", file.read(), re.MULTILINE)[1], 16) & (1 << 24)


# hardlimit


def all_segments():
    """A number for -m: no more than what this user may have of each, which of locked memory is little."""
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if 0 <= hard < 6_000_000:
        pytest.skip("so little memory may be locked that no program runs in as much")
    return min(hard, 200_000_000) if hard > 0 else 200_000_000


@pytest.mark.parametrize(
    ("letter", "names"),
    [("a", ["as"]), ("c", ["core"]), ("d", ["data"]), ("f", ["fsize"]), ("l", ["memlock"]), ("m", ["data", "stack", "memlock", "as"]),
     ("o", ["nofile"]), ("p", ["nproc"]), ("r", ["rss"]), ("s", ["stack"])],
)  # fmt: skip
def test_hardlimit_lowers_both(chain, letter, names):
    value = "777" if letter in "op" else "200000000" if letter in "ad" else str(all_segments()) if letter == "m" else "4096000" if letter in "sfr" else "8192"
    before = limits(chain("umask", "022", *SHOW))
    after = limits(chain("hardlimit", f"-{letter}", value, *SHOW))
    assert after == {**before, **{name: (value, value) for name in names if before[name][0] == "unlimited" or int(before[name][0]) >= int(value)},
                     **{name: (before[name][0], value) for name in names if before[name][0] != "unlimited" and int(before[name][0]) < int(value)}}  # fmt: skip


def test_hardlimit_and_the_soft_limit(chain):
    assert limits(chain("softlimit", "-o", "50", "hardlimit", "-o", "60", *SHOW))["nofile"] == ("50", "60")
    assert limits(chain("softlimit", "-o", "50", "hardlimit", "-o", "=", *SHOW))["nofile"] == ("50", "50")
    assert limits(chain("hardlimit", "-c", "", *SHOW))["core"] == ("0", "0")
    for wrong in (["-o", "x"], ["-z", "1"], ["-o", "-5"], ["-o"], ["-t", "5s"]):
        assert chain("hardlimit", *wrong, "true").returncode == 100


def test_a_hard_limit_is_not_raised_without_the_right(run):
    if may_raise() and os.geteuid() != 0:
        pytest.skip("this user may raise limits")
    rights = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {}
    try:
        done = run("hardlimit", "-o", "100", "hardlimit", "-o", "200", "true", **rights)
        assert (done.returncode, done.stderr) == (111, b"hardlimit: fatal: setrlimit failed: permission denied\n")
        done = run("hardlimit", "-o", "100", "ulimit", "nofile=:200", "true", **rights)
        assert (done.returncode, done.stderr) == (111, b"ulimit: fatal: unable to set limit nofile=:200: permission denied\n")
    except PermissionError:
        pytest.skip("the programs under test are where only root can reach them")


# ulimit


def lower(name):
    """A limit below the hard one in force, whatever that is."""
    hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}", {"locks": 10}.get(name)))[1]
    large = {"as": 1 << 30, "data": 1 << 30, "stack": 1 << 22, "nproc": 5000, "nofile": 300}.get(name, 4096)
    return large if hard == resource.RLIM_INFINITY else min(hard, large)


@pytest.mark.parametrize("name", NAMES)
def test_every_resource(chain, name):
    value = lower(name)
    assert limits(chain("ulimit", f"{name}={value}", *SHOW))[name] == (str(value), str(value))
    assert limits(chain("ulimit", "-S", f"{name}={value}", *SHOW))[name][0] == str(value)


@pytest.mark.parametrize(
    ("words", "name", "seen"),
    [
        (["nofile=100:200"], "nofile", ("100", "200")), (["-S", "nofile=100:200"], "nofile", ("100", "200")), (["nofile=200", "nofile=100:"], "nofile", ("100", "200")),
        (["nofile=200", "nofile=:150"], "nofile", ("150", "150")), (["nofile=100:200", "nofile=:150"], "nofile", ("100", "150")),
        (["nofile=100:200", "nofile=max"], "nofile", ("200", "200")), (["nofile=100:200", "-S"], "nofile", None), (["-H", "nofile=150"], "nofile", ("150", "150")),
        (["-S", "nofile=150", "nofile=max"], "nofile", None), (["core=1k"], "core", ("1024", "1024")), (["core=3K"], "core", ("3072", "3072")),
        (["stack=4M:8M"], "stack", ("4194304", "8388608")), (["as=2G"], "as", ("2147483648", "2147483648")), (["fsize=1T"], "fsize", ("1099511627776",) * 2),
        (["nofile=1k"], "nofile", ("1000", "1000")), (["cpu=90s"], "cpu", ("90", "90")), (["cpu=2h"], "cpu", ("7200", "7200")), (["cpu=5"], "cpu", ("5", "5")),
        (["rttime=500ms"], "rttime", ("500000", "500000")), (["rttime=7"], "rttime", ("7", "7")), (["nice=0"], "nice", ("0", "0")),
        (["core=0", "nofile=77"], "core", ("0", "0")), (["-S", "cpu=infinity"], "cpu", ("unlimited",) * 2), (["-S", "cpu=unlimited"], "cpu", ("unlimited",) * 2),
    ],
)  # fmt: skip
def test_ulimit(chain, words, name, seen):
    done = chain("ulimit", *words, *SHOW)
    if seen is None:
        assert done.returncode != 0 or limits(done)
    else:
        assert limits(done)[name] == seen


def test_a_ceiling_of_niceness_has_a_sign(run):
    if not may_raise():
        pytest.skip("needs CAP_SYS_RESOURCE, to raise a limit")
    for word, seen in {"-5": "25", "+5": "15", "-20": "40", "+19": "1", "40": "40"}.items():
        assert limits(run("ulimit", f"nice={word}", *SHOW))["nice"] == (seen, seen)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nofiles=1"], "no such resource: nofiles=1"), (["=1"], "no such resource: =1"), (["nofile="], "no such limit: nofile="), (["nofile=:"], "no such limit: nofile=:"),
        (["nofile=1x"], "no such limit: nofile=1x"), (["nofile=-1"], "no such limit: nofile=-1"), (["nofile=1:2:3"], "no such limit: nofile=1:2:3"),
        (["core=1P"], "no such limit: core=1P"), (["core=99999999999T"], "no such limit: core=99999999999T"), (["core=18446744073709551615"], "no such limit: core=18446744073709551615"),
        (["cpu=1500ms"], "no such limit: cpu=1500ms"), (["cpu=1M"], "no such limit: cpu=1M"), (["rttime=1ns"], "no such limit: rttime=1ns"), (["nice=-21"], "no such limit: nice=-21"),
        (["nice=+20"], "no such limit: nice=+20"), (["nice=41"], "no such limit: nice=41"), (["core=k"], "no such limit: core=k"), (["-x", "core=1"], "illegal option -- x"),
        (["core=Infinity"], "no such limit: core=Infinity"), (["core= 1"], "no such limit: core= 1"),
    ],
)  # fmt: skip
def test_ulimit_refused(chain, words, complaint):
    done = chain("ulimit", *words, "true")
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (100, f"ulimit: {complaint}")


def test_ulimit_needs_a_limit_and_a_program(chain):
    assert chain("ulimit", "true").returncode == chain("ulimit", "nofile=100").returncode == 100
    done = chain("ulimit", "nofile=200:100", "true")
    assert (done.returncode, done.stderr) == (111, b"ulimit: fatal: the soft limit would be above the hard limit: nofile=200:100\n")


# timerslack


@pytest.mark.parametrize(("slack", "seen"), [("50us", 50_000), ("5ms", 5_000_000), ("1s", 1_000_000_000), ("777", 777), ("1ns", 1)])
def test_timerslack(chain, slack, seen):
    read = ("/usr/bin/python3", "-Ic", "import ctypes; print(ctypes.CDLL(None, use_errno=True).prctl(30))")
    assert int(chain("timerslack", slack, *read).stdout) == seen
    assert int(chain("timerslack", slack, *sh("/usr/bin/python3 -Ic 'import ctypes; print(ctypes.CDLL(None).prctl(30))'; :")).stdout) == seen


def test_the_default_slack_is_that_of_the_birth(chain):
    born = ctypes.CDLL(None).prctl(30)
    read = ("/usr/bin/python3", "-Ic", "import ctypes; print(ctypes.CDLL(None).prctl(30))")
    assert int(chain("timerslack", "5ms", "timerslack", "default", *read).stdout) == born
    for wrong in ("", "0", "0us", "-1", "5 ms", "x", "99999999999999999999", "18446744073709551615s"):
        done = chain("timerslack", wrong, "true")
        assert done.returncode == 100 and done.stderr.startswith(b"timerslack: SLACK is ")
