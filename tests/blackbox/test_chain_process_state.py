"""Fused, apart, and mixed with other projects' programs: a chain makes the same process, whichever way it is run.

The last link prints all of its own state. Each helper of the table that only changes state has a case here, and that its
case does change something is looked at, too; the others say why they have none.
"""

import json
import os
import pathlib
import shutil
import tempfile

import pytest
from support import process_state
from support.source_tables import helper_groups

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: most of what a chain changes only root may change")

CASES = {
    "envdir": ["vars"], "envfile": ["file.env"], "export": ["A", "b c"], "unexport": ["LANG"], "emptyenv": ["-k", "PATH"],
    "prepend-path": ["PATH", "/first"], "append-path": ["LIST", "last"], "softlimit": ["-o", "77", "-c", "0"], "hardlimit": ["-o", "99"],
    "ulimit": ["core=0", "nofile=50:60"], "nice": ["-n", "3"], "ionice": ["-c", "idle"], "sched": ["batch"], "cpus": ["0"], "oom-score": ["300"],
    "timerslack": ["1ms"], "setlock": ["lock"], "redirfd": ["-r", "17", "/dev/null"], "fdmove": ["-c", "16", "0"], "fdclose": ["0"], "fdswap": ["0", "2"],
    "cd": ["/usr"], "umask": ["0137"], "pgrphack": [], "setsid": [], "pdeathsig": ["USR2"], "signals": ["-i", "HUP", "-b", "USR1,40"],
    "setuidgid": ["nobody"], "envuidgid": ["nobody"], "applyuidgid": ["-u", "12", "-g", "34", "-G", "5,6"], "keepgroups": ["nobody"],
    "setpriv-caps": ["-b", "-sys_boot"], "no-new-privs": [], "chpst": ["-n", "2", "-o", "66"], "unshare": ["uts"], "private-tmp": ["-d", "/empty"], "read-only": ["vars"], "hide": ["vars"],
    "seccomp-deny": ["reboot"], "tcp-listen": ["127.0.0.1", "0"], "udp-bind": ["127.0.0.1", "0"], "unix-listen": ["socket"], "fifo-open": ["fifo"],
    "pipe-to": ["{", "cat", "}"], "foreground": ["{", "false", "}"], "background": ["{", "true", "}"],
}  # fmt: skip
NO_CASE = {
    "argv0": "changes the name of the program only, and is told it where PROGRAM stands",
    "chroot": "another root needs a system in it; in the same nothing changes",
    "runtime-dir": "changes a file system, not the process",
    "recordio": "the pid of the process is in its output",
    "controlling-tty": "needs a terminal of its own each time",
    "fghack": "stays as the parent", "subreap": "stays as the parent", "time-limit": "stays as the parent", "accept-each": "stays as the parent",
    "if": "leaves nothing behind", "tryexec": "leaves nothing behind", "assert": "leaves nothing behind", "skip-unless": "leaves nothing behind",
    "at": "waits", "when-path": "waits", "when-readable": "waits", "when-mount": "waits", "when-service": "waits",
    "notify-when": "stays beside the program", "notify-bridge": "stays beside the program",
    "join-ns": "needs another process to join", "landlock": "is not seen from inside", "cgroup-enter": "makes a cgroup that somebody has to remove",
}  # fmt: skip

# Programs of others that change nothing as they are called here: each ends the fusing of what is around it.
NEUTRAL = [
    ["/usr/bin/env"], ["/usr/bin/nice", "-n", "0"], ["/usr/bin/envdir", "/empty"], ["/usr/bin/chpst"], ["/usr/bin/s6-softlimit"],
    ["/usr/lib/execline/bin/exec"],
]  # fmt: skip
INSPECTOR = ["/usr/bin/python3", "-I", "-S", "-c", pathlib.Path(process_state.__file__).read_text(encoding="utf-8")]


@pytest.fixture
def place():
    """A directory that those who have no rights any more get at, wherever the tests' own directories are."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="reeve-test-", dir="/var/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def state_after(run, place):
    """The state at the end of a chain: a list of helpers with their arguments, run in a place of its own."""

    def look(links, neutral=None, environment=None):
        (place / "vars").mkdir(exist_ok=True)
        (place / "vars" / "FROM_FILE").write_text("x\n")
        (place / "empty").mkdir(exist_ok=True)
        (place / "socket").unlink(missing_ok=True)  # the chain before may have left a process that has it for a moment more
        (place / "file.env").write_text("FROM_ENV_FILE='1 2'\n")
        words = []
        for position, one in enumerate([*links, INSPECTOR]):
            if neutral and position:
                words += neutral[position % len(neutral)]
            words += one
        words = [str(place / "empty") if word == "/empty" else word for word in words]
        done = run(*words, cwd=place, environment={"LANG": "C", **(environment or {})})
        assert done.stdout, (words[:-1], done)
        text = done.stdout.decode().replace(str(place), "PLACE")
        found = json.loads(text)
        for name, target in found["namespaces"].items():
            found["namespaces"][name] = "ours" if target == os.readlink(f"/proc/self/ns/{name}") else "another"
        if found["namespaces"]["mnt"] == "ours":
            del found["mounts"]  # which others change at any time
        if "!" in found["environment"]:
            found["environment"]["!"] = "a pid"
        return found

    return look


def present():
    return [one for one in NEUTRAL if os.access(one[0], os.X_OK)]


@pytest.fixture(scope="module")
def unchanged():
    """The state without any of the helpers, once it is known."""
    return []


def around(name):
    """The helper in the middle, with neighbours that it can be fused with."""
    return [["umask", "027"], [name, *CASES[name]], ["fdclose", "88"]]


def assert_same_effect(state_after, links, fused, **extra):
    """Compares with `fused`, the state after the fused chain; with a newer one where somebody mounts or unmounts something meanwhile."""
    for _ in range(10):
        other = state_after(links, **extra)
        if other.get("mounts") == fused.get("mounts"):
            break
        fused = state_after(links)
    assert other == fused


def test_each_helper_has_a_case():
    names = {name for names in helper_groups().values() for name in names}
    assert names - CASES.keys() - NO_CASE.keys() == set(), "without a case"
    assert not CASES.keys() & NO_CASE.keys()


@pytest.mark.parametrize("name", CASES)
def test_one_helper(state_after, unchanged, name):
    links = around(name)
    fused = state_after(links)
    if not unchanged:
        unchanged.append(state_after([links[0], links[2]]))
    assert fused != unchanged[0], "the case changes nothing"
    for extra in ({"environment": {"CHAINLOAD_NO_FUSE": "1"}}, {"neutral": present()}):
        assert_same_effect(state_after, links, fused, **extra)


LONG = [name for name in CASES if name not in ("emptyenv", "fdclose", "fdswap", "setuidgid", "keepgroups", "hide", "foreground", "background", "unshare")]


def test_a_long_chain(state_after):
    """All of them one after the other; sockets want descriptor 3 first, and rights are needed until the end."""
    last = ("setlock", "cd", "applyuidgid", "pdeathsig")
    links = [[name, *CASES[name]] for name in [*(name for name in LONG if name not in last), *last]]
    fused = state_after(links)
    assert_same_effect(state_after, links, fused, environment={"CHAINLOAD_NO_FUSE": "1"})
    for shift in range(len(present())):
        assert_same_effect(state_after, links, fused, neutral=present()[shift:] + present()[:shift])
