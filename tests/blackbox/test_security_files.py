"""sv-security(7), FILES: what stands in the place of a file, and who may use it."""

import os
import subprocess

import pytest
from support.awaiting import await_until
from support.paths import program
from support.service import RUNS, recorded

TEXT = "of somebody else\n"


def victim_in(tmp_path, mode=0o644):
    path = tmp_path / "victim"
    path.write_text(TEXT, encoding="utf-8")
    path.chmod(mode)
    return path


def svc(letters, directory, **how):
    return subprocess.run([program("svc"), letters, str(directory)], capture_output=True, text=True, timeout=20, check=False, **how)


@pytest.mark.parametrize("file", ["control", "ok"])
def test_letters_go_into_fifos_only(service, tmp_path, file):
    victim = victim_in(tmp_path)
    other = tmp_path / "fifo"
    os.mkfifo(other)
    reader = os.open(other, os.O_RDONLY | os.O_NONBLOCK)
    one = service({"run": RUNS}, start=False)
    state = one.path("supervise")
    state.mkdir()
    for target in (victim, other):
        (state / file).symlink_to(target)
        assert "unable to control" in svc("-u", one.directory).stderr
        assert subprocess.run([program("svok"), str(one.directory)], capture_output=True, check=False).returncode in (100, 111)
        (state / file).unlink()
    (state / file).write_text(TEXT, encoding="utf-8")
    svc("-u", one.directory)
    assert (state / file).read_text(encoding="utf-8") == TEXT
    assert victim.read_text(encoding="utf-8") == TEXT
    assert os.read(reader, 10) == b""
    os.close(reader)


@pytest.mark.parametrize("file", ["lock", "control", "ok", "status", "status.new", "deaths"])
@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
def test_symbolic_links_in_supervise_are_not_followed(service, tmp_path, file, there):
    victim = victim_in(tmp_path)
    if not there:
        victim.unlink()
    one = service({"run": recorded("exit 0"), "max-death-tally": "1 100"}, start=False)
    one.path("supervise").mkdir()
    one.path(f"supervise/{file}").symlink_to(victim)
    arguments = [program("supervise"), str(one.directory)]
    with subprocess.Popen(arguments, env=one.environment, stderr=subprocess.PIPE) as supervise:
        if file in ("lock", "control"):
            assert supervise.wait(timeout=20) == 111
        else:
            await_until(lambda: one.path("events").exists(), what="the start")
            supervise.terminate()
            assert supervise.wait(timeout=20) == 0
    assert victim.exists() == there and (not there or victim.read_text(encoding="utf-8") == TEXT)


def test_a_fifo_in_place_of_a_file_holds_nobody_up(service):
    daemon = recorded("daemon {", "wait", "}", "exit 0")
    one = service({"run": daemon, "forking": "pid"}, start=False)
    for name in ("pid", "timeout-kill", "supervise/status", "supervise/deaths"):
        one.path(name).parent.mkdir(exist_ok=True)
        os.mkfifo(one.path(name))
    tools = (["svstat"], ["svstat", "-l"], ["svup"])
    for tool, *options in tools:
        subprocess.run([program(tool), *options, str(one.directory)], capture_output=True, timeout=20, check=False)
    one.start()
    one.await_phase("starting")  # that its pid file says nothing keeps it there
    one.send("d")
    one.await_phase("down")


def test_the_modes_let_nobody_else_command(tree):
    tree.add("web")
    tree.start()
    tree.await_up("web")
    state = tree.directory / "web" / "supervise"
    await_until((state / "ok").exists)  # which is made last, once it can be commanded
    modes = {name: os.stat(state / name).st_mode & 0o7777 for name in (".", "lock", "ok", "control", "status")}
    assert modes == {".": 0o711, "lock": 0o600, "ok": 0o600, "control": 0o600, "status": 0o644}
    assert os.stat(tree.directory / ".svscan" / "control").st_mode & 0o7777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_another_user_cannot_command(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    before = one.status().commands
    directory = os.open(one.directory, os.O_PATH)  # the way to it is not what is tested
    said = svc("-d", f"/proc/self/fd/{directory}", user=65534, group=65534, extra_groups=[], pass_fds=[directory])
    os.close(directory)
    assert "access denied" in said.stderr
    assert one.status().commands == before and one.status().want == "up"


def test_a_warning_tells_if_others_may_write_to_supervise(service):
    one = service({"run": RUNS})
    assert "others may write" not in one.stderr()
    one.stop()
    one.path("supervise").chmod(0o777)
    one.start()
    one.await_stderr("others may write to supervise/")


@pytest.mark.parametrize("mode, then", [(0o700, 0o711), (0o755, 0o755), (0o2750, 0o2751)])
def test_the_mode_of_supervise_is_not_narrowed(service, mode, then):
    one = service({"run": recorded("notify READY=1", "wait"), "notify": ""}, start=False)
    one.path("supervise").mkdir()
    one.path("supervise").chmod(mode)
    one.start().await_phase("ready")
    assert one.path("supervise").stat().st_mode & 0o7777 == then


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a directory away needs root")
def test_a_state_root_of_somebody_else_is_refused(tree, tmp_path):
    tree.add("web")
    root = tmp_path / "state"
    root.mkdir()
    os.chown(root, 65534, 65534)
    tree.start("-s", str(root), wait=False)
    assert tree.await_end() == 111
    tree.await_said("belongs to somebody else")
    os.chown(root, 0, 0)
    (root / "web").mkdir()
    os.chown(root / "web", 65534, 65534)
    tree.start("-s", str(root))
    tree.await_said("the state directory below STATE_ROOT, which belongs to somebody else")
    assert not list((root / "web").iterdir())


def test_a_long_setting_is_refused(service):
    one = service({"run": RUNS}, start=False)
    with open(one.path("timeout-kill"), "wb") as file:
        file.truncate(1 << 33)
    one.start()
    one.await_phase("ready")
    assert "timeout-kill: is too long" in one.stderr()
