"""svscan -s STATE_ROOT: the engine and svctl find what lies there, also where the scan directory cannot be written."""

import json
import os
import subprocess

import pytest
from engine_client import READY_ON_GO, Client, Engine
from support.awaiting import await_until
from support.paths import program
from support.service import shell, write_files
from svscan_tree import COPIES

READY = {"run": shell("echo >&3", "exec sleep 10000"), "notification_fd": "3"}


def can_unshare():
    return subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


def svctl(tree, state, *words, code=0, how="option"):
    environment = dict(tree.environment)
    options = ["-C", str(tree.directory)]
    if how == "option":
        options += ["-S", str(state)]
    else:
        environment["SVCTL_STATE"] = str(state)
    done = subprocess.run(
        [program("svctl"), *options, *words], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == code, f"{done.stdout} {done.stderr}"
    return done.stdout


def begin(engine, state, *, wrap=(), options=("-s",)):
    """svscan with -s, and the engine with it."""
    words = [program("depengine"), *([*options, str(state)] if options else []), "."]
    engine.tree.add(engine.NAME, run=shell("cd ..", f"exec {' '.join(words)}"), early="", restart_delay="1 1 1")
    (engine.tree.directory / ".depengine").mkdir(exist_ok=True)
    engine.tree.start("-s", str(state), wrap=wrap, wait=False)


@pytest.mark.parametrize("options", [("-s",), ()], ids=["option", "environment"])
def test_links_to_a_state_root(engine, tmp_path, options):
    state = tmp_path / "state"
    engine.add("db", **READY)
    engine.add("web", relations={"requires": ["db"]}, **READY)
    begin(engine, state, options=options)
    engine.tree.await_listening()
    engine.await_listening()
    engine.await_phase("web", "ready")
    assert (engine.tree.directory / ".depengine" / "socket").is_socket()
    assert engine.ask("stop", services=["db"])["ok"]
    engine.await_phase("web", "down")
    # What was written by an svscan that could not write to the scan directory is not taken for this one's.
    engine.tree.stop()
    write_files(state / ".svscan", {"tree": "00" * 16 + " boot\n"})
    engine.tree.start("-s", str(state))
    engine.await_listening()
    engine.await_phase("web", "ready")


def mounted_read_only(directory):
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    return ["unshare", "-m", "sh", "-c", script, str(directory)]


@pytest.mark.skipif(not can_unshare(), reason="no permission to make a mount namespace")
def test_a_read_only_tree_with_an_engine(engine, tmp_path):
    state = tmp_path / "state"
    engine.add("db", **READY)
    engine.add("web", relations={"requires": ["db"]}, log=COPIES, **READY)
    engine.add("dies", down="", run=shell("echo >&3", "echo $WORD >word 2>/dev/null", "exec sleep 10000"), notification_fd="3")
    write_files(engine.tree.directory / "all", {"target": "", "wants": {"web": ""}})
    begin(engine, state, wrap=mounted_read_only(engine.tree.directory), options=())
    seen = Engine(engine.tree)  # whose socket is elsewhere
    seen.client = lambda: Client(state)
    seen.await_listening()
    seen.await_phase("web", "ready")
    assert seen.status("all")["phase"] == "done"
    assert not (engine.tree.directory / "web" / "supervise").exists()
    assert (state / ".depengine" / "intents").read_text(encoding="utf-8").startswith("tree ")

    for how in ("option", "environment"):
        table = {one["name"]: one for one in json.loads(svctl(engine.tree, state, "status", "--json", how=how))["services"]}
        assert {name: table[name]["phase"] for name in ("db", "web")} == {"db": "ready", "web": "ready"}
        assert svctl(engine.tree, state, "why", "web", how=how)
    svctl(engine.tree, state, "stop", "db")
    assert seen.phase("web") == "down"
    svctl(engine.tree, state, "start", "web")
    assert seen.phase("web") == "ready"
    svctl(engine.tree, state, "start", "dies", "WORD=heard")
    main = seen.status("dies")["pid"]
    assert b"WORD=heard" in open(f"/proc/{main}/environ", "rb").read().split(b"\0")
    # A death is seen, and a new engine finds all as it was.
    os.kill(seen.status("db")["pid"], 9)
    await_until(lambda: seen.status("db")["deaths"] == 1 and seen.phase("db") == "ready", what=lambda: seen.status("db"))
    before = seen.status("web")["pid"]
    os.kill(seen.status("engine")["pid"], 9)
    seen.await_listening()
    assert seen.status("web")["pid"] == before
    svctl(engine.tree, state, "shutdown")
    assert engine.tree.await_end() == 0


def test_a_state_root_that_is_not_there(bin_dir, tmp_path):
    done = subprocess.run(
        [program("depengine"), "-s", str(tmp_path / "x"), str(tmp_path)], capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 111 and "unable to open STATE_ROOT" in done.stderr


def test_a_supervise_that_appears_only_below_the_state_root(engine, tmp_path):
    """Services that come while the engine runs."""
    state = tmp_path / "state"
    begin(engine, state)
    engine.await_listening()
    engine.add("late", **{key.replace("-", "_"): value for key, value in READY_ON_GO.items()})
    await_until(lambda: "late" in engine.status() and engine.phase("late") in ("up", "starting"), what=engine.status)
    (engine.tree.directory / "late" / "go").touch()
    engine.await_phase("late", "ready")
