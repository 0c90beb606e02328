"""State directories elsewhere, read-only definitions, ordinary users, and being PID 1."""

import os
import signal
import subprocess

import pytest
from support import processes
from support.awaiting import await_until
from support.paths import program
from support.sanitizers import WITHOUT_LEAKS
from support.service import shell, write_files
from svscan_tree import COPIES, SLEEPS


def can_unshare():
    return subprocess.run(["unshare", "-m", "-p", "-f", "true"], capture_output=True, check=False).returncode == 0


AS_PID_1 = ["unshare", "-p", "-f", "--kill-child", "--mount-proc"]

needs_namespaces = pytest.mark.skipif(not can_unshare(), reason="no permission to make mount and pid namespaces")


def test_state_root(tree, tmp_path):
    state = tmp_path / "state"
    tree.add("web", SLEEPS, log=COPIES)
    tree.start("-s", str(state))
    tree.await_up("web")
    tree.await_up("web/log")
    assert os.readlink(tree.directory / "web" / "supervise") == f"{state}/web"
    assert os.readlink(tree.directory / "web" / "log" / "supervise") == f"{state}/web.log"
    assert (state / "web" / "status").stat().st_size == 256
    assert tree.messages() == ""


def test_a_relative_state_root(tree, tmp_path):
    tree.add("web")
    tree.start("-s", "state", cwd=tmp_path)
    tree.await_up("web")
    assert os.readlink(tree.directory / "web" / "supervise") == f"{tmp_path}/state/web"


def test_a_dangling_link_gets_its_directory(tree, tmp_path):
    web = tree.add("web")
    (web / "supervise").symlink_to(tmp_path / "elsewhere")
    tree.start()
    tree.await_up("web")
    assert (tmp_path / "elsewhere" / "status").exists()


def knows_state_option():
    usage = subprocess.run([program("supervise")], capture_output=True, check=False, text=True).stderr
    return "-s" in usage


@needs_namespaces
def test_read_only_definitions(tree, tmp_path):
    if not knows_state_option():
        pytest.skip("this supervise does not know -s STATE_DIR")
    state = tmp_path / "state"
    tree.add("web", shell("echo hello; exec sleep 10000"), log=shell(f"exec cat >>{tmp_path}/out"))
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    tree.start("-s", str(state), wrap=["unshare", "-m", "sh", "-c", mount, str(tree.directory)], wait=False)

    def record():
        path = state / "web" / "status"
        return path.exists() and path.read_bytes()

    await_until(lambda: record() and int.from_bytes(record()[12:16], "little"), what=tree.messages)
    await_until(lambda: (tmp_path / "out").exists() and (tmp_path / "out").read_text() == "hello\n")
    assert (state / ".svscan" / "control").is_fifo()
    assert f"its state is in {state}/web, where tools given the service directory do not look" in tree.messages()
    assert tree.messages().count("where tools") == 1
    before = record()[36:40], record()[12:16]

    # a takeover finds it there, too
    tree.kill()
    tree.start("-s", str(state), wrap=["unshare", "-m", "sh", "-c", mount, str(tree.directory)], wait=False)
    tree.await_said("took over 2 running supervises")
    assert (record()[36:40], record()[12:16]) == before
    assert tree.stop() == 0
    assert int.from_bytes(record()[36:40], "little") == 0


def test_without_state_root_a_read_only_tree_is_refused(tree):
    if os.getuid() == 0:
        pytest.skip("root may write everywhere")
    tree.directory.chmod(0o555)
    tree.start(wait=False)
    assert tree.await_end() == 111
    assert "needs -s STATE_ROOT" in tree.messages()


@needs_namespaces
def test_pid_1(tree, nursery):
    """Reaps everything, stops the tree, and ends."""
    tree.add("web", SLEEPS, log=COPIES)
    tree.add("orphan", shell("exec sleep 10000"))
    write_files(tree.directory / ".svscan", {"SIGUSR1": shell("(sleep 0.1 & ) & exit 0")})
    tree.start(wrap=AS_PID_1, environment=WITHOUT_LEAKS)

    def pid_1():
        return next((pid for pid in processes.marked(nursery.marker) if processes.command_line(pid).startswith(program("svscan"))), None)

    await_until(pid_1)
    outer = pid_1()

    def up():
        out = [processes.command_line(pid) for pid in processes.marked(nursery.marker)]
        return out.count("sleep 10000") == 2 and "cat" in out

    await_until(up, what=lambda: str(nursery.processes()))
    os.kill(outer, signal.SIGUSR1)

    def children():
        text = open(f"/proc/{outer}/task/{outer}/children", encoding="ascii").read()
        return [pid for pid in map(int, text.split()) if not processes.command_line(pid).startswith("supervise")]

    await_until(lambda: not children(), what=lambda: str(children()))
    os.kill(outer, signal.SIGTERM)
    assert tree.await_end() == 0
    assert tree.messages() == ""


@needs_namespaces
def test_pid_1_becomes_finish(tree, nursery):
    tree.add("web")
    write_files(tree.directory / ".svscan", {"finish": shell("echo $$ >finished", "exit 6")})
    tree.start(wrap=AS_PID_1, environment=WITHOUT_LEAKS)
    outer = await_until(lambda: next((pid for pid in processes.marked(nursery.marker) if processes.command_line(pid).startswith(program("svscan"))), None))
    os.kill(outer, signal.SIGTERM)
    assert tree.await_end() == 6
    assert (tree.directory / "finished").read_text() == "1\n"


def test_closed_standard_descriptors(tree):
    tree.add("web", SLEEPS, log=COPIES)
    tree.start(wrap=["sh", "-c", 'exec "$@" <&- >&-', "sh"])
    tree.await_up("web")
    web = tree.await_up("web/log")
    assert os.readlink(f"/proc/{web}/fd/0").startswith("pipe:")
