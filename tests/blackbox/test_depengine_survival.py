"""The engine is killed at any moment: services go on, and the next engine ends where the first would have ended, with
the same starts."""

import os
import signal
import subprocess

import pytest
from engine_client import RUNS
from support import orphans, processes
from support.awaiting import await_until
from support.paths import program
from support.service import recorded

STOPS_ON_GO = recorded("on TERM record", "write 3 ready", "await gone", "exit 0")
STARTS_ON_GO = recorded("await go", "write 3 ready", "wait")


def phases(engine):
    return {name: one["phase"] for name, one in engine.status().items()}


def test_killed_at_rest_nothing_is_started_again(engine):
    engine.add("db")
    engine.add("web", relations={"requires": ["db"]})
    engine.add("off", down="")
    engine.start()
    engine.await_phase("web", "ready")
    assert engine.ask("stop", services=["web"])["ok"]
    engine.await_settled()
    before = phases(engine)
    for _ in range(3):
        engine.kill()
        engine.await_listening()
    engine.await_settled()
    assert phases(engine) == before
    assert len(engine.starts("db")) == len(engine.starts("web")) == 1


def test_killed_in_the_middle_of_a_start(engine):
    db = engine.add("db", run=STARTS_ON_GO, notification_fd="3")
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    engine.await_phase("db", "up")
    engine.kill()
    (db / "go").touch()
    engine.await_listening()
    engine.await_phase("web", "ready")
    assert len(engine.starts("db")) == len(engine.starts("web")) == 1


def test_killed_in_the_middle_of_a_stop(engine):
    web = engine.add("web", run=STOPS_ON_GO, notification_fd="3", relations={"requires": ["db"]})
    engine.add("db")
    engine.start()
    engine.await_phase("web", "ready")
    with engine.client() as client:
        client.send("stop", services=["db"])
        engine.await_phase("web", "stopping")
        engine.kill()
    (web / "gone").touch()
    engine.await_listening()
    engine.await_phase("db", "down")
    assert engine.phase("web") == "down"
    assert len(engine.starts("db")) == len(engine.starts("web")) == 1


def test_killed_in_the_middle_of_a_restart_it_is_done_once(engine):
    run = recorded(
        "unless-exists gone", "on TERM record", "write 3 ready", "if-exists gone", "wait", "await gone", "exit 0"
    )
    web = engine.add("web", run=run, notification_fd="3")
    engine.start()
    engine.await_phase("web", "ready")
    with engine.client() as client:
        client.send("restart", services=["web"])
        engine.await_phase("web", "stopping")
        engine.kill()
    (web / "gone").touch()
    engine.await_listening()
    await_until(lambda: len(engine.starts("web")) == 2, what=lambda: engine.status("web"))
    engine.await_phase("web", "ready")
    engine.kill()
    engine.await_listening()
    engine.await_settled()
    assert len(engine.starts("web")) == 2


@pytest.mark.parametrize("round_number", range(3))
def test_killed_while_twenty_services_come_up(engine, round_number):
    names = [f"s{number:02}" for number in range(20)]
    for number, name in enumerate(names):
        needs = [names[other] for other in (number - 1, number // 2) if 0 <= other < number]
        engine.add(name, relations={"requires": needs})
    engine.start()
    # as soon as so many are up, at a different place each time
    await_until(lambda: sum(bool(engine.starts(name)) for name in names) > 3 * round_number, what=engine.status)
    engine.kill()
    engine.await_listening()
    engine.await_phase(names[-1], "ready")
    assert [len(engine.starts(name)) for name in names] == [1] * len(names)


def test_term_leaves_all_as_it_is_and_exits_0(engine):
    engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")
    pid, web = engine.pid, engine.status("web")["pid"]
    os.kill(pid, signal.SIGTERM)
    await_until(lambda: engine.pid not in (None, pid))
    assert processes.alive(web)
    record = engine.tree.record("engine")
    assert record.wait_status == 0


def test_only_one_engine(engine):
    engine.start()
    done = subprocess.run(
        [program("depengine"), str(engine.tree.directory)], capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 111
    assert "another depengine runs here" in done.stderr


@pytest.mark.parametrize("words", [[], ["--what", "x"], ["a", "b"], ["--group"]])
def test_wrong_usage(bin_dir, words):
    done = subprocess.run([program("depengine"), *words], capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 100 and done.stderr.startswith("depengine: usage:")


def test_no_such_directory(bin_dir, tmp_path):
    done = subprocess.run(
        [program("depengine"), str(tmp_path / "x")], capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 111 and "unable to open the scan directory" in done.stderr


def test_a_new_tree_forgets_what_was_asked_for_in_the_old_one(engine):
    engine.add("web")
    engine.start()
    assert engine.ask("stop", services=["web"])["ok"]
    engine.tree.stop()
    engine.tree.start()
    engine.await_listening()
    engine.await_phase("web", "ready")


def test_an_engine_without_svscan_waits_for_it(engine, nursery):
    engine.add("web")
    popen = orphans.own(
        subprocess.Popen(
            [program("depengine"), str(engine.tree.directory)],
            env=nursery.environment,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    )
    engine.await_listening()
    refused = engine.ask("start", services=["web"])
    assert refused["refusals"] == ["no svscan has been here yet"]
    state = engine.tree.directory / "web" / "supervise"
    state.mkdir(mode=0o700)
    for _ in range(20):  # a record that changes meanwhile
        (state / "status.new").touch()
        (state / "status.new").rename(state / "status")
        assert engine.ask("start", services=["web"])["refusals"] == ["no svscan has been here yet"]
    (state / "status").unlink()
    engine.tree.start()
    engine.await_phase("web", "ready")
    popen.terminate()
    await_until(lambda: popen.poll() is not None)
    orphans.disown(popen)
    assert popen.returncode == 0


def test_intents_are_readable(engine):
    engine.add("web")
    engine.add("db", run=RUNS, down="")
    engine.start()
    engine.await_settled()
    lines = (engine.tree.directory / ".depengine" / "intents").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("tree ") and "db -" in lines
    assert any(line.startswith("web up run") for line in lines)
