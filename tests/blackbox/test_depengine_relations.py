"""What each relation does when the other fails, dies, or is stopped, with real services."""

import os
import signal

from support.awaiting import await_until
from support.service import recorded

FAILS = {"run": recorded("unless-exists well", "exit 3", "write 3 ready", "wait"), "notification_fd": "3", "restart_delay": "1 1 1", "max_death_tally": "2 10"}


def by_name(plan):
    return {step["service"]: step["letter"] for step in plan["steps"]}


def test_what_needs_a_failure_is_held_and_starts_when_it_recovers(engine):
    db = engine.add("db", **FAILS)
    engine.add("web", relations={"requires": ["db"]})
    engine.add("app", relations={"requires": ["web"]})
    engine.start()
    engine.await_phase("db", "failed")
    chain = engine.ask("why", services=["app"])["services"][0]["chain"]
    assert [(step["service"], step["why"], step["other"]) for step in chain] == [
        ("app", "need", "web"),
        ("web", "need", "db"),
        ("db", "gave-up", "db"),
    ]
    assert "exited 3" in chain[-1]["text"]
    assert not engine.starts("web") and not engine.starts("app")
    result = engine.ask("start", services=["app"])
    assert result["results"][0]["result"] == "dependency" and result["results"][0]["culprit"] == "db"
    (db / "well").touch()
    assert engine.ask("start", services=["db"])["ok"]
    engine.await_phase("app", "ready")


def test_a_service_that_waits_for_a_failure_starts_anyway(engine):
    engine.add("db", **FAILS)
    engine.add("web", relations={"waits-for": ["db"]})
    engine.start()
    engine.await_phase("web", "ready")


def test_binds_to_shares_deaths_and_requires_does_not(engine):
    engine.add("db", restart_delay="1 1 1")
    engine.add("bound", relations={"binds-to": ["db"]})
    engine.add("other", relations={"requires": ["db"]})
    engine.start()
    engine.await_settled()
    os.kill(engine.status("db")["pid"], signal.SIGKILL)
    await_until(lambda: len(engine.starts("bound")) == 2, what=lambda: engine.status("bound"))
    engine.await_settled()
    assert len(engine.starts("db")) == 2 and engine.starts("bound")[1] > engine.starts("db")[1]
    assert len(engine.starts("other")) == 1


def test_a_milestone_is_needed_only_to_start(engine):
    engine.add("mount")
    engine.add("web", relations={"milestone": ["mount"]})
    engine.start()
    engine.await_phase("web", "ready")
    assert engine.ask("stop", services=["mount"])["ok"]
    assert engine.phase("web") == "ready"
    assert engine.ask("start", services=["web"])["results"][0]["result"] == "already"


def test_conflicting_services_take_each_other_s_place(engine):
    engine.add("a")
    engine.add("b", down="", relations={"conflicts": ["a"]})
    engine.start()
    engine.await_phase("a", "ready")
    lines = engine.all_of("start", services=["b"])
    assert by_name(lines[0]) == {"a": "d", "b": "u"} and lines[-1]["ok"]
    assert engine.phase("a") == "down"
    refused = engine.ask("change", orders=[{"do": "start", "services": ["a", "b"]}])
    assert not refused["ok"] and "conflicts" in refused["refusals"][0]


def test_isolate_there_and_back(engine):
    for name in ("db", "web", "metrics"):
        engine.add(name, down="")
    engine.add("rescue", down="", keep_on_isolate="")
    engine.add("single", run=None, relations={"requires": ["db"]}, down="")
    engine.add("multi", run=None, relations={"requires": ["db", "web"], "wants": ["metrics"]}, down="")
    engine.start()
    assert engine.ask("start", services=["multi", "rescue"])["ok"]
    engine.await_settled()
    assert engine.ask("isolate", services=["single"])["ok"]
    engine.await_settled()

    def up():
        return {name for name, one in engine.status().items() if one["phase"] in ("ready", "done")}

    assert up() == {"db", "single", "rescue", "engine"}
    assert engine.ask("isolate", services=["multi"])["ok"]
    engine.await_settled()
    assert up() == {"db", "web", "metrics", "multi", "rescue", "engine"}
    assert len(engine.starts("db")) == 1


def test_restart_takes_what_needs_it_along(engine):
    engine.add("db")
    engine.add("web", relations={"requires": ["db"]})
    engine.add("other")
    engine.start()
    engine.await_settled()
    lines = engine.all_of("restart", services=["db"])
    assert lines[-1]["ok"], lines
    engine.await_settled()
    assert [len(engine.starts(name)) for name in ("db", "web", "other")] == [2, 2, 1], lines
    assert engine.starts("web")[1] > engine.starts("db")[1]


def test_release_stops_what_nothing_else_holds(engine):
    engine.add("db", down="")
    engine.add("web", down="", relations={"requires": ["db"]})
    engine.start()
    assert engine.ask("start", services=["web"])["ok"]
    assert engine.ask("release", services=["web"])["ok"]
    engine.await_settled()
    assert engine.phase("db") == engine.phase("web") == "down"


def test_done_without_the_engine(engine):
    control = engine.add("web", down="") / "supervise" / "control"
    engine.add("db")
    engine.start()
    engine.await_phase("db", "ready")

    def write(path, letter):
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        os.write(fd, letter)
        os.close(fd)

    write(control, b"u")
    await_until(lambda: engine.status("web")["intent"] == "up", what=lambda: engine.status("web"))
    write(engine.tree.directory / "db" / "supervise" / "control", b"d")
    engine.await_phase("db", "down")
    await_until(lambda: engine.status("db")["gave_up"], what=lambda: engine.status("db"))
    assert engine.ask("start", services=["db"])["ok"]


def test_on_failure_and_on_success(engine):
    engine.add("alarm", down="")
    engine.add("cheer", down="")
    engine.add("db", relations={"on-failure": ["alarm"]}, **FAILS)
    job = engine.add("job", run="", relations={"on-success": ["cheer"]})
    (job / "run").unlink()
    (job / "start").write_text(recorded("exit 0"), encoding="utf-8")
    (job / "start").chmod(0o755)
    engine.start()
    engine.await_phase("alarm", "ready")
    engine.await_phase("cheer", "ready")


def test_an_essential_service_takes_the_tree_down_with_its_code(engine):
    engine.add("db", essential="", down="", **FAILS)
    engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")
    engine.tree.popen.poll()
    with engine.client() as client:
        client.send("start", services=["db"])
        assert engine.tree.await_end() == 3


def test_shutdown_stops_all_in_order_and_refuses_what_would_start(engine):
    web = engine.add("web", run=recorded("on TERM record", "await gone", "exit 0"), relations={"requires": ["db"]})
    engine.add("db")
    engine.start()
    engine.await_phase("web", "ready")
    with engine.client() as client:
        client.send("shutdown")
        engine.await_phase("web", "stopping")
        refused = engine.ask("start", services=["web"])
        assert not refused["ok"] and "shutdown" in refused["refusals"][0]
        (web / "gone").touch()
        assert client.until("result")[-1]["ok"]
    assert engine.phase("db") == "down" and engine.pid


def test_shutdown_of_the_tree(engine):
    engine.add("db")
    engine.start()
    engine.await_phase("db", "ready")
    with engine.client() as client:
        client.send("shutdown", tree=True)
        assert client.until("result")[-1]["ok"]
        assert engine.tree.await_end() == 0
