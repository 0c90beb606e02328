"""What a machine runs out of: descriptors, processes, room on the disk, process ids. Nothing is lost, and all comes back."""

import os
import pathlib
import pwd
import resource
import shutil
import signal
import subprocess
import time

import pytest
from injection import BIN
from support import processes
from support.awaiting import await_until
from support.service import Service, shell
from support.survival import survivor
from svscan_tree import Tree

QUICK = {"restart-delay": "1 1 1\n", "timeout-kill": "400\n"}
root_only = pytest.mark.skipif(os.getuid() != 0, reason="needs root: namespaces, mounts, other users")


def limit(pid, which, soft):
    """Sets a soft limit of another process; returns what it was."""
    old = resource.prlimit(pid, which)
    resource.prlimit(pid, which, (soft, old[1]))
    return old


def test_supervise_without_descriptors(service):
    """EMFILE for whatever it opens: the service runs on; once there are descriptors again all commands have their effect."""
    one = service({**QUICK, "run": survivor("ready-fd 3"), "notification-fd": "3\n", "finish": shell("exit 0")})
    first = one.await_phase("ready")
    old = limit(one.supervise_pid, resource.RLIMIT_NOFILE, 3)
    one.send("pc")
    one.await_stderr("unable to")
    assert processes.alive(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    await_until(lambda: not processes.alive(first.pid), what="the death")
    one.send("u")
    resource.prlimit(one.supervise_pid, resource.RLIMIT_NOFILE, old)
    one.await_status(lambda now: now.phase == "ready" and now.starts >= 2 and now.pid != first.pid, deadline=30)
    one.command("c")
    assert not (one.directory / "violations").exists()


def test_svscan_without_descriptors(tree):
    """No service of the tree is disturbed; a new one comes once there are descriptors again."""
    tree.add("there", run=survivor(), restart_delay="1 1 1")
    tree.start()
    before = tree.await_up("there")
    old = limit(tree.pid, resource.RLIMIT_NOFILE, 3)
    tree.add("new", run=survivor())
    os.kill(tree.supervise_pid("there"), signal.SIGKILL)
    tree.await_said("unable to")
    assert processes.alive(before)
    resource.prlimit(tree.pid, resource.RLIMIT_NOFILE, old)
    await_until(lambda: tree.main_pid("new") and tree.supervise_pid("there"), 40, what=lambda: f"both; {tree.messages()}")
    assert tree.main_pid("there") == before, tree.messages()
    assert not (tree.directory / "there" / "violations").exists()


@root_only
def test_no_more_processes(nursery, tmp_path):
    """RLIMIT_NPROC of an ordinary user: fork says EAGAIN; the service comes when there is room."""
    nobody = pwd.getpwnam("nobody")
    place = pathlib.Path("/var/tmp") / f"reeve-fault-{os.getpid()}-{time.monotonic_ns()}"
    one = None
    try:
        # as the user: what root starts knows no limit
        one = Service(place / "web", nursery.environment, {**QUICK, "run": shell("exec sleep 1000")})
        place.chmod(0o755)
        for path in (one.directory, *one.directory.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        with open(tmp_path / "said", "ab") as said:
            words = [str(BIN / "setuidgid"), "nobody", str(BIN / "supervise"), str(one.directory)]
            one.popen = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=nursery.environment, start_new_session=True)
        first = one.await_phase("ready")

        def may_fork(count):  # as the user: not every root may do it to others
            subprocess.run([str(BIN / "setuidgid"), "nobody", "prlimit", "--pid", str(one.popen.pid), f"--nproc={count}:"], check=True)

        may_fork("1")
        os.kill(first.pid, signal.SIGKILL)
        await_until(lambda: "unable to fork" in (tmp_path / "said").read_text(encoding="utf-8"), what=lambda: (tmp_path / "said").read_text(encoding="utf-8"))
        may_fork(str(resource.getrlimit(resource.RLIMIT_NPROC)[0]).replace("-1", "unlimited"))
        one.await_status(lambda now: now.phase == "ready" and now.starts == 2, deadline=30)
        one.send("dx")
        assert one.popen.wait(20) == 0
    finally:
        if one and one.popen and one.popen.poll() is None:
            nursery.kill_all()
            one.popen.wait()
        shutil.rmtree(place, ignore_errors=True)


@root_only
@pytest.mark.parametrize("what", ["bytes", "names"])
def test_a_full_disk(nursery, tmp_path, what):
    """The state directory's file system is full, of bytes or of names: services run on; records are right again afterwards."""
    state = tmp_path / "disk"
    state.mkdir()
    tree = Tree(tmp_path / "services", nursery.environment)
    tree.add("web", run=survivor(), restart_delay="1 1 1", timeout_kill="400")
    size = "size=64k,nr_inodes=1k" if what == "bytes" else "size=1m,nr_inodes=40"
    mounted = ["mount", "-t", "tmpfs", "-o", size, "reeve-fault", str(state)]
    done = subprocess.run(mounted, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
    try:
        tree.start("-s", str(state))
        first = tree.await_up("web")
        fill(state, what)
        os.kill(first, signal.SIGKILL)
        await_until(lambda: tree.main_pid("web") not in (None, first), 20, what=lambda: f"a new run on a full disk; {tree.messages()}")
        os.kill(tree.supervise_pid("web"), signal.SIGKILL)
        second = tree.main_pid("web")
        tree.add("later", run=survivor())
        tree.await_said("later")
        assert processes.alive(second)
        empty(state)
        await_until(lambda: tree.main_pid("later") and tree.supervise_pid("web"), 60, what=lambda: f"all after the disk is empty; {tree.messages()}")
        assert tree.main_pid("web") == second, tree.messages()
        assert not (tree.directory / "web" / "violations").exists()
        assert tree.stop() == 0
    finally:
        nursery.kill_all()
        subprocess.run(["umount", str(state)], check=True)


def fill(state, what):
    try:
        for number in range(100000):
            with open(state / f"filler{number}", "wb") as file:
                if what == "bytes":
                    while True:
                        file.write(bytes(4096))
                        file.flush()
    except OSError:
        pass


def empty(state):
    for file in state.glob("filler*"):
        file.unlink()


REUSE = r"""
mount -t proc proc /proc || exit 77
echo 400 >/proc/sys/kernel/pid_max || exit 77
[ "$(cat /proc/sys/kernel/pid_max)" = 400 ] || exit 77
exec "$@"
"""


@root_only
def test_a_pid_is_soon_somebody_else_s(nursery, tmp_path):
    """With 400 process ids a dead process's id is another's within a moment: no signal ever reaches that one."""
    # bystander: a storm of short processes, each of which says if it was ended by a signal; so every id is used again
    # and again while services die, are stopped, restarted and adopted.
    tree = Tree(tmp_path / "services", nursery.environment)
    tree.add("daemon", run=survivor("daemon the.pid"), forking="the.pid", restart_delay="1 1 1", timeout_kill="300")
    tree.add("plain", run=survivor(), finish=shell("exit 0"), restart_delay="1 1 1", timeout_kill="300")
    tree.add("brief", run=survivor("live 1 20"), restart_delay="1 1 1")
    storm = tmp_path / "storm"
    storm.write_text(
        shell(
            "while [ -e going ]; do",
            '  for i in 1 2 3 4 5 6 7 8; do (exec sleep 0.02) & kids="$kids $!"; done',
            '  for kid in $kids; do wait $kid || echo "$kid ended with $?" >>signalled; done; kids=',
            "  echo >>rounds",
            "done",
        ),
        encoding="ascii",
    )
    storm.chmod(0o755)
    (tmp_path / "going").touch()
    driver = tmp_path / "driver"
    driver.write_text(
        shell(
            f"cd {tmp_path}",
            "./storm & storm=$!",
            f"svscan {tree.directory} & svscan=$!",
            "letters=0; echo >>rounds",
            "while [ $letters -lt ${ROUNDS} ] || [ $(wc -l <rounds) -lt ${ROUNDS} ]; do",
            "  letters=$((letters + 1))",
            f"  for one in daemon plain brief; do [ -p {tree.directory}/$one/supervise/control ] && svc -{{}} {tree.directory}/$one; done".replace("{}", "t"),
            f"  [ $((letters % 3)) = 0 ] && svc -d {tree.directory}/plain {tree.directory}/daemon",
            f"  svc -u {tree.directory}/plain {tree.directory}/daemon",
            f'  [ $((letters % 5)) = 0 ] && kill -9 $(svstat {tree.directory}/daemon | sed -n "s/.*pid \\([0-9]*\\).*/\\1/p")',
            f'  [ $((letters % 4)) = 0 ] && kill -9 $(ps -e -o pid,args | awk "/supervise -t.* (plain|daemon)$/ && !/awk/ {{ print \\$1 }}")',
            "  sleep 0.05",
            "done 2>driver.log",
            "rm going; wait $storm",
            "kill -TERM $svscan; wait $svscan; echo $? >code",
        ),
        encoding="ascii",
    )
    driver.chmod(0o755)
    rounds = 40
    words = ["unshare", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c", REUSE, "sh", str(driver)]
    done = subprocess.run(words, env={**nursery.environment, "ROUNDS": str(rounds)}, capture_output=True, text=True, timeout=200, check=False)
    if done.returncode == 77:
        pytest.skip(f"pid_max is not each pid namespace's own here: {done.stderr.strip()}")
    assert (tmp_path / "code").read_text(encoding="ascii").strip() == "0", done.stderr
    assert tree.record("plain").starts > 2 and tree.record("daemon").starts > 2, (tree.record("plain"), tree.record("daemon"))
    assert not (tmp_path / "signalled").exists(), (tmp_path / "signalled").read_text(encoding="ascii")
    for file in tree.directory.glob("*/violations"):
        raise AssertionError(file.read_text(encoding="ascii"))
