"""chainload-isolation(1): namespaces, new ones and those of others, seen from inside; as root and as nobody."""

import os
import re
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import sh
from support.isolation import AS_NOBODY, open_place, root_only, skip_unless  # noqa: F401  (a fixture)
from support.paths import program

KINDS = {"mount": "mnt", "net": "net", "uts": "uts", "ipc": "ipc", "user": "user", "cgroup": "cgroup", "time": "time"}
LETTERS = {"mount": "-m", "net": "-n", "uts": "-u", "ipc": "-i", "user": "-U", "cgroup": "-C", "time": "-T"}
SHOW = sh("for one in mnt net uts ipc user cgroup time pid; do readlink /proc/self/ns/$one; done")
CAPABILITIES = sh("id -u; id -g; grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status")
NONE = "0000000000000000"


def own_namespaces():
    return {one: os.readlink(f"/proc/self/ns/{one}") for one in (*KINDS.values(), "pid")}


def changed(done):
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode().split()
    return {line.split(":")[0] for line, own in zip(shown, [own_namespaces()[one] for one in ("mnt", "net", "uts", "ipc", "user", "cgroup", "time", "pid")]) if line != own}


def ids_and_capabilities(done):
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().split("\n")
    return int(lines[0]), int(lines[1]), {line.split()[0][3:6]: line.split()[1] for line in lines[2:] if line}


# New ones


@root_only
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_by_word_and_by_letter(run, kind):
    skip_unless("unshare", kind)
    assert changed(run("unshare", kind, *SHOW)) == {KINDS[kind]}
    assert changed(run("unshare", LETTERS[kind], *SHOW)) == {KINDS[kind]}
    assert changed(run("unshare", f"--{kind}", *SHOW)) == {KINDS[kind]}


@root_only
def test_several_at_once(run):
    skip_unless("unshare", "mount,net,uts,ipc,cgroup,time")
    kinds = {"mnt", "net", "uts", "ipc", "cgroup", "time"}
    assert changed(run("unshare", "mount,net,uts,ipc,cgroup,time", *SHOW)) == kinds
    assert changed(run("unshare", "-mnuiCT", *SHOW)) == kinds
    assert changed(run("unshare", "mnt", "umask", "022", "unshare", "uts", *SHOW)) == {"mnt", "uts"}


@root_only
def test_a_new_uts_namespace_has_a_name_of_its_own(chain):
    skip_unless("unshare", "uts")
    assert chain("unshare", "uts", *sh("hostname inside; hostname")).stdout == b"inside\n"
    assert os.uname().nodename != "inside"


@root_only
def test_mounts_stay_inside(chain, open_place):
    skip_unless("unshare", "mount")
    mount = sh(f"mount -t tmpfs none {open_place}/inner && ls {open_place}/inner && grep -c ' {open_place}/inner ' /proc/self/mountinfo")
    assert chain("unshare", "mount", *mount).stdout == b"1\n"
    assert os.listdir(f"{open_place}/inner") == ["file"]
    propagation = sh("grep -cE '(shared|master):' /proc/self/mountinfo; true")
    assert chain("unshare", "mount", *propagation).stdout == b"0\n"
    assert int(chain("unshare", "--propagation", "shared", "mount", *propagation).stdout) > 0


@root_only
def test_clocks_of_a_time_namespace(chain):
    skip_unless("unshare", "time")
    offsets = ("unshare", "--boottime", "1000000000", "--monotonic=-1", "time", "umask", "022")
    done = chain(*offsets, *sh("cat /proc/self/timens_offsets; test $(cut -d. -f1 /proc/uptime) -ge 1000000000 && echo later"))
    assert done.stdout.split() == b"monotonic -1 0 boottime 1000000000 0 later".split()


@root_only
@pytest.mark.parametrize("options", [["pid"], ["-p"], ["-pf"], ["--pid", "--fork"]])
def test_the_first_process_of_a_pid_namespace(chain, options):
    skip_unless("unshare", "pid")
    assert chain("unshare", *options, *sh("echo $$; exit 7")).stdout == b"1\n"
    assert chain("unshare", *options, "umask", "022", *sh("exit 7")).returncode == 7


@root_only
def test_a_proc_that_fits(chain):
    skip_unless("unshare", "--mount-proc", "-p")
    seen = sh("set -- /proc/[0-9]*; echo $*; cat /proc/self/comm")
    assert chain("unshare", "-p", "--mount-proc", "umask", "022", "cd", "/", *seen).stdout == b"/proc/1\ncat\n"
    assert chain("unshare", "--init", "--mount-proc", "-p", "umask", "022", *seen).stdout == b"/proc/1 /proc/2\ncat\n"


@root_only
def test_a_process_between_reaps_and_ends_what_is_left(chain):
    skip_unless("unshare", "pid")
    assert chain("unshare", "--init", "pid", *sh("echo $$; kill -TERM $$")).stdout == b"2\n"
    assert chain("unshare", "--init", "pid", *sh("kill -TERM $$")).returncode == 128 + signal.SIGTERM
    orphans = sh("(sleep 1000 & ) ; exit 3")
    assert chain("unshare", "--init", "pid", *orphans, stdin=subprocess.DEVNULL).returncode == 3


def start(nursery, *command):
    return subprocess.Popen([program(command[0]), *command[1:]], env=nursery.environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)


@root_only
@pytest.mark.parametrize("way", [[], ["--init"]])
def test_signals_reach_the_child_of_a_pid_namespace(nursery, way):
    skip_unless("unshare", "pid")
    one = start(nursery, "unshare", *way, "pid", *sh("trap 'echo got; exit 9' TERM; echo ready; while :; do sleep 0.1; done"))
    assert one.stdout.readline() == b"ready\n"
    one.terminate()
    assert one.communicate(timeout=30)[0] == b"got\n" and one.returncode == 9


@root_only
@pytest.mark.parametrize("chain_behind", [["pid"], ["--init", "pid", "setuidgid", "nobody"]])
def test_the_child_does_not_outlive_a_killed_helper(nursery, chain_behind):
    skip_unless("unshare", "pid")
    one = start(nursery, "unshare", *chain_behind, *sh("echo ready; exec sleep 1000"))
    assert one.stdout.readline() == b"ready\n"
    one.kill()
    # All its descriptors were the child's as well: that is how its end is seen.
    assert one.communicate(timeout=30)[0] == b""


@root_only
def test_the_parent_holds_nothing_open(nursery):
    skip_unless("unshare", "pid")
    one = start(nursery, "unshare", "pid", *sh("exec >&-; exec sleep 1000"))
    assert one.stdout.read() == b""
    await_until(lambda: os.listdir(f"/proc/{one.pid}/fd") == ["2"], what=lambda: f"only 2 of {os.listdir(f'/proc/{one.pid}/fd')}")
    one.kill()
    one.wait(30)


@pytest.mark.parametrize("way", [["time-limit", "60"], ["subreap"], *(pytest.param(one, marks=root_only) for one in (["unshare", "-f", "-u"], ["unshare", "pid"], ["unshare", "--init", "pid"]))])
def test_listening_descriptors_are_those_of_the_child(run, way):
    """LISTEN_PID says for whom they are: a program of systemd's protocol would ignore them else."""
    if way[0] == "unshare":
        skip_unless(*way)
    show = sh('test "$LISTEN_PID" = $$ && echo ours $LISTEN_FDS; test -S /proc/self/fd/3 && echo there')
    for extra in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
        assert run("tcp-listen", "127.0.0.1", "0", *way, "umask", "022", *show, environment=extra).stdout == b"ours 1\nthere\n"
        assert run(*way, *show, environment={"LISTEN_PID": "1000000", "LISTEN_FDS": "1", **extra}).stdout == b""


# User namespaces

NOBODYS = 65534


@root_only
@pytest.mark.parametrize("before", [(), AS_NOBODY])
def test_a_user_namespace_by_its_word_keeps_ids_and_capabilities(chain, before):
    skip_unless(*before, "unshare", "user")
    user, group, has = ids_and_capabilities(chain(*before, "unshare", "user", "umask", "022", *CAPABILITIES))
    assert (user, group) == ((NOBODYS, NOBODYS) if before else (0, 0))
    assert has["Eff"] != NONE and has["Amb"] == has["Eff"] == has["Prm"]


@root_only
@pytest.mark.parametrize(
    ("options", "ids", "capable"),
    [
        (["-r"], (0, 0), True),
        (["--map-root-user"], (0, 0), True),
        (["-c"], (NOBODYS, NOBODYS), False),
        (["-U"], (NOBODYS, NOBODYS), False),
        (["--map-user=1000", "--map-group", "1001"], (1000, 1001), False),
        (["--map-user=1000", "--map-group", "1001", "--keep-caps"], (1000, 1001), True),
    ],
)
def test_maps_of_an_ordinary_user(chain, options, ids, capable):
    skip_unless(*AS_NOBODY, "unshare", "user")
    user, group, has = ids_and_capabilities(chain(*AS_NOBODY, "unshare", *options, "umask", "022", *CAPABILITIES))
    assert (user, group) == ids
    assert (has["Eff"] != NONE) == capable and (has["Prm"] != NONE) == capable
    if options != ["-U"]:
        assert chain(*AS_NOBODY, "unshare", *options, *sh("cat /proc/self/setgroups")).stdout == b"deny\n"


@root_only
def test_ranges(chain):
    skip_unless("unshare", "--map-users", "0:100000:65536", "--map-groups", "0:100000:65536")
    ranges = ("unshare", "--map-users", "0:100000:65535,65535:300000:1", "--map-groups", "0:200000:65536", "-S", "0", "-G", "0")
    shown = chain(*ranges, "setuidgid", ":5:6", *sh("id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map")).stdout
    assert shown.split() == b"5 6 0 100000 65535 65535 300000 1 0 200000 65536".split()
    done = chain(*AS_NOBODY, "unshare", "--map-users", "0:100000:65536", "true")
    assert (done.returncode, done.stderr) == (111, b"unshare: fatal: unable to map users: permission denied (ranges need CAP_SETUID and CAP_SETGID)\n")


@root_only
@pytest.mark.parametrize("kinds", ["mount", "net", "user,mount,net,uts,ipc,pid,cgroup,time"])
def test_an_ordinary_user(chain, kinds):
    if "user" in kinds:
        skip_unless(*AS_NOBODY, "unshare", kinds)
        assert chain(*AS_NOBODY, "unshare", kinds, *sh("id -u")).stdout == b"65534\n"
    else:
        done = chain(*AS_NOBODY, "unshare", kinds, "true")
        assert done.returncode == 111
        assert done.stderr == f"unshare: fatal: unable to make a {kinds} namespace: permission denied (needs CAP_SYS_ADMIN; an ordinary user gets it by unshare user before this)\n".encode()


@pytest.mark.parametrize(
    "command",
    [
        ["unshare", "mount"],
        ["unshare", "mount,nets", "true"],
        ["unshare", "mount,", "true"],
        ["unshare", "", "true"],
        ["unshare", "-m"],
        ["unshare", "-Q", "mount", "true"],
        ["unshare", "--nets", "true"],
        ["unshare", "--mount=/run/x", "true"],
        ["unshare", "-m", "--propagation", "loud", "true"],
        ["unshare", "--map-user=x", "true"],
        ["unshare", "--map-user=4294967295", "true"],
        ["unshare", "--map-users=0:1", "true"],
        ["unshare", "--map-users=0:1:2:3", "true"],
        ["unshare", "--map-users=0:1:2,", "true"],
        ["unshare", "--map-users=0:1:2", "-r", "true"],
        ["unshare", "--boottime", "x", "time", "true"],
        ["unshare", "--kill-child=NO", "pid", "true"],
        ["unshare", "--setgroups=maybe", "-r", "true"],
        ["join-ns", "true"],
        ["join-ns", "net=/proc/self/ns/net"],
        ["join-ns", "-p", "0", "true"],
        ["join-ns", "-p", "1:", "true"],
        ["join-ns", "-p", "1:mount,x", "true"],
        ["join-ns", "-p", "x", "true"],
        ["join-ns", "--process", "1", "true"],
    ],
)
def test_wrong_usage(chain, command):
    done = chain(*command)
    assert done.returncode == 100, done.stderr
    assert f"{command[0]}: usage: ".encode() in done.stderr


# Those of others


@pytest.fixture
def other(nursery):
    """other(*chain): the pid of a process that is behind that chain and has named its host "inside"."""
    started = []

    def begin(*command):
        one = start(nursery, *command, *sh("hostname inside && echo $$ && exec sleep 1000"))
        started.append(one)
        assert one.stdout.readline()
        return one.pid

    yield begin
    for one in started:
        one.kill()
        one.wait(30)


@root_only
def test_all_namespaces_of_a_process(chain, other):
    skip_unless("unshare", "uts,net,mount")
    pid = other("unshare", "uts,net,mount")
    done = chain("join-ns", "-p", pid, "umask", "022", *sh("hostname; readlink /proc/self/ns/net /proc/self/ns/mnt; pwd"))
    assert done.stdout.decode().split() == ["inside", os.readlink(f"/proc/{pid}/ns/net"), os.readlink(f"/proc/{pid}/ns/mnt"), "/"]


@root_only
def test_some_namespaces(chain, other):
    skip_unless("unshare", "uts,net,mount")
    pid = other("unshare", "uts,net,mount")
    show = sh("hostname; readlink /proc/self/ns/net /proc/self/ns/mnt")
    own = [os.readlink("/proc/self/ns/net"), os.readlink("/proc/self/ns/mnt")]
    assert chain("join-ns", "--pid", f"{pid}:uts", *show).stdout.decode().split() == ["inside", *own]
    assert chain("join-ns", f"uts=/proc/{pid}/ns/uts", "umask", "022", *show).stdout.decode().split() == ["inside", *own]
    both = chain("join-ns", f"mnt=/proc/{pid}/ns/mnt", f"net=/proc/{pid}/ns/net", *show).stdout.decode().split()
    assert both[1:] == [os.readlink(f"/proc/{pid}/ns/net"), os.readlink(f"/proc/{pid}/ns/mnt")]


@root_only
def test_a_pid_namespace_is_joined_by_a_child(chain, nursery):
    skip_unless("unshare", "pid")
    one = start(nursery, "unshare", "pid", *sh("echo ready; exec sleep 1000"))
    assert one.stdout.readline() == b"ready\n"
    path = f"/proc/{one.pid}/ns/pid_for_children"
    done = chain("join-ns", f"pid={path}", *sh("readlink /proc/self/ns/pid; exit 4"))
    assert (done.returncode, done.stdout.decode().strip()) == (4, os.readlink(path))
    one.kill()
    one.communicate(timeout=30)


@root_only
@pytest.mark.parametrize(("way", "capable"), [(["-rmu"], True), (["user,mount,uts"], False)])
@pytest.mark.parametrize("before", [(), AS_NOBODY])
def test_a_user_namespace_is_joined_as_its_root_or_without_rights(chain, other, before, way, capable):
    skip_unless(*AS_NOBODY, "unshare", *way)
    pid = other(*AS_NOBODY, "unshare", *way)
    user, _, has = ids_and_capabilities(chain(*before, "join-ns", "-p", pid, "umask", "022", *CAPABILITIES))
    assert (user == 0) == capable and (has["Eff"] != NONE) == capable and (has["Prm"] != NONE) == capable


@root_only
@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["net=/nonexistent"], b"unable to open the namespace /nonexistent: file does not exist"),
        (["net=/proc/self/ns/uts"], b"unable to enter namespaces: invalid argument"),
        (["net=/etc/passwd"], b"unable to enter namespaces: invalid argument"),
        (["-p", "4194305"], b"unable to open the namespaces of process 4194305: file does not exist"),
    ],
)
def test_what_cannot_be_joined(chain, command, reason):
    done = chain("join-ns", *command, "true")
    assert (done.returncode, done.stderr) == (111, b"join-ns: fatal: " + reason + b"\n")


@root_only
def test_an_ordinary_user_joins_nothing_of_roots(chain):
    done = chain(*AS_NOBODY, "join-ns", "-p", "1", "true")
    assert (done.returncode, done.stderr) == (111, b"join-ns: fatal: unable to open the namespaces of process 1: access denied\n")
    done = chain(*AS_NOBODY, "join-ns", "uts=/proc/self/ns/uts", "true")
    assert done.returncode == 111 and b"needs CAP_SYS_ADMIN" in done.stderr
