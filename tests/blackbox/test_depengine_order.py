"""Services start after what they need is ready, and stop before it: seen from what the services themselves record."""

from engine_client import READY_ON_GO
from support.awaiting import await_until
from support.service import recorded

SLOW_STOP = recorded("on TERM record", "await gone", "exit 0")


def test_a_chain_comes_up_in_order_and_goes_down_in_reverse(engine):
    engine.add("app", relations={"requires": ["web"]})
    engine.add("db")
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    engine.await_phase("app", "ready")
    assert engine.starts("db") < engine.starts("web") < engine.starts("app")

    lines = engine.all_of("stop", services=["db"])
    assert [step["service"] for step in lines[0]["steps"]] == ["app", "web", "db"]
    assert [step["wave"] for step in lines[0]["steps"]] == [0, 1, 2]
    assert lines[-1]["ok"] is True
    downs = [one["service"] for one in lines if one["type"] == "event" and one["phase"] == "down" and one["pid"] == 0]
    assert downs.index("app") < downs.index("web") < downs.index("db")


def test_what_needs_another_waits_until_that_is_ready(engine):
    db = engine.add("db", **READY_ON_GO)
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    engine.await_phase("db", "up")
    web = engine.status("web")
    assert (web["phase"], web["waits_for"]["why"], web["waits_for"]["other"]) == ("down", "start-order", "db")
    assert not engine.starts("web")
    (db / "go").touch()
    engine.await_phase("web", "ready")


def test_before_and_after_order_only(engine):
    first = engine.add("first", relations={"before": ["second"]}, **READY_ON_GO)
    engine.add("second")
    engine.add("third", relations={"after": ["second", "nobody"]})
    engine.start()
    engine.await_phase("first", "up")
    assert engine.phase("second") == engine.phase("third") == "down"
    (first / "go").touch()
    engine.await_phase("third", "ready")
    assert engine.starts("second") < engine.starts("third")
    assert engine.ask("stop", services=["second"])["ok"]
    assert engine.phase("third") == "ready"


def test_a_target_is_ready_when_all_it_holds_is(engine):
    slow = engine.add("slow", **READY_ON_GO)
    engine.add("quick")
    engine.add("all", run=None, relations={"requires": ["quick", "slow"]})
    engine.add("later", relations={"requires": ["all"]})
    engine.start()
    engine.await_phase("slow", "up")
    assert engine.phase("all") == "down"
    (slow / "go").touch()
    engine.await_phase("later", "ready")
    assert engine.phase("all") == "done"
    assert not (engine.tree.directory / "all" / "supervise").exists(), "a target has no supervise"


def test_a_oneshot_that_others_need(engine):
    engine.add("mount", run="")
    (engine.tree.directory / "mount" / "run").unlink()
    (engine.tree.directory / "mount" / "start").write_text(recorded("await go", "exit 0"), encoding="utf-8")
    (engine.tree.directory / "mount" / "start").chmod(0o755)
    engine.add("db", relations={"requires": ["mount"]})
    engine.start()
    engine.await_phase("mount", "starting")
    assert not engine.starts("db")
    (engine.tree.directory / "mount" / "go").touch()
    engine.await_phase("db", "ready")
    assert engine.phase("mount") == "done"


def test_a_stop_waits_for_the_status_record_of_what_goes_first(engine):
    web = engine.add("web", run=SLOW_STOP, relations={"requires": ["db"]})
    engine.add("db")
    engine.start()
    engine.await_phase("web", "ready")
    with engine.client() as client:
        client.send("stop", services=["db"])
        await_until(lambda: engine.phase("web") == "stopping", what=lambda: engine.status("web"))
        assert engine.phase("db") == "ready"
        assert engine.status("db")["waits_for"]["why"] == "stop-order"
        (web / "gone").touch()
        assert client.until("result")[-1]["ok"], engine.status()
    assert engine.phase("db") == "down"


def test_a_service_with_a_down_file_is_not_started(engine):
    engine.add("web", down="")
    engine.add("db")
    engine.start()
    engine.await_phase("db", "ready")
    assert engine.status("web")["intent"] == "none"
    assert engine.ask("start", services=["web"])["ok"]
    assert engine.phase("web") == "ready"
