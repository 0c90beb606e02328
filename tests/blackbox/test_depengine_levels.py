"""Run levels are targets, and so is what happens when the boot goes wrong: real services, seen from what they record."""

import signal

from support.awaiting import await_until
from support.paths import program
from support.service import recorded, write_files

FAILS = {
    "run": recorded("unless-exists well", "exit 3", "write 3 ready", "wait"),
    "notification_fd": "3",
    "restart_delay": "1 1 1",
    "max_death_tally": "2 10",
}
RESCUES = recorded("write 3 ready", "wait")


def target(engine, name, down=True, **relations):
    """A group; with a `down` file it is none of those that start by themselves."""
    relations = {relation.replace("_", "-"): others for relation, others in relations.items()}
    return engine.add(name, run=None, relations=relations, **({"down": ""} if down else {}))


def up(engine):
    """All that runs, the engine itself aside."""
    return {one["name"] for one in engine.status().values() if one["phase"] in ("ready", "done")} - {engine.NAME}


def await_up(engine, *names):
    await_until(
        lambda: up(engine) == set(names),
        what=lambda: f"{names} up; {engine.status()}; {engine.tree.messages()}",
    )
    engine.await_settled()


def starts(engine, *names):
    return {name: len(engine.starts(name)) for name in names}


def levels(engine):
    """Two levels with `db` in common: single holds nothing else, multi the rest. web needs app, app needs db."""
    engine.add("db", down="")
    engine.add("app", down="", relations={"requires": ["db"]})
    engine.add("web", down="", relations={"requires": ["app"]})
    engine.add("mailer", down="", relations={"binds-to": ["app"]})
    target(engine, "single", requires=["db"])
    target(engine, "multi", down=False, requires=["web"], wants=["mailer"])
    return engine.start()


LEVEL_MULTI = ("db", "app", "web", "mailer", "multi")


def test_a_default_target_that_fails_starts_the_rescue_service(engine):
    db = engine.add("db", down="", **FAILS)
    engine.add("web", down="", relations={"requires": ["db"]})
    engine.add("aside", down="")
    engine.add("rescue", run=RESCUES, notification_fd="3", down="")
    target(engine, "default", down=False, requires=["web"], wants=["aside"], on_failure=["rescue"])
    engine.start()
    engine.await_phase("rescue", "ready")
    await_up(engine, "aside", "rescue")
    assert engine.phase("db") == "failed"
    chain = engine.ask("why", services=["default"])["services"][0]["chain"]
    assert [(step["service"], step["why"]) for step in chain] == [
        ("default", "need"),
        ("web", "need"),
        ("db", "gave-up"),
    ]
    assert "rescue: started for default (on-failure)" in engine.tree.messages()

    (db / "well").touch()
    assert engine.ask("start", services=["db"])["ok"]
    engine.await_phase("default", "done")
    await_up(engine, "aside", "rescue", "db", "web", "default")
    assert starts(engine, "rescue", "web", "aside") == {"rescue": 1, "web": 1, "aside": 1}
    assert engine.ask("release", services=["rescue"])["ok"]
    await_up(engine, "aside", "db", "web", "default")


def test_a_failure_of_what_is_only_wanted_starts_no_rescue(engine):
    engine.add("aside", down="", **FAILS)
    engine.add("web", down="")
    engine.add("rescue", run=RESCUES, notification_fd="3", down="")
    target(engine, "default", down=False, requires=["web"], wants=["aside"], on_failure=["rescue"])
    engine.start()
    engine.await_phase("aside", "failed")
    await_up(engine, "web", "default")
    assert starts(engine, "rescue") == {"rescue": 0}


def test_a_failure_after_the_start_counts_too(engine):
    db = engine.add("db", down="", **FAILS)
    (db / "well").touch()
    engine.add("web", down="", relations={"requires": ["db"]})
    engine.add("rescue", run=RESCUES, notification_fd="3", down="")
    target(engine, "default", down=False, requires=["web"], on_failure=["rescue"])
    engine.start()
    await_up(engine, "db", "web", "default")
    (db / "supervise" / "control").write_text("G", encoding="ascii")  # it gives up
    await_up(engine, "rescue")
    assert engine.phase("db") == "failed" and engine.phase("web") == "down"
    assert starts(engine, "rescue", "web") == {"rescue": 1, "web": 1}


def test_the_rescue_service_is_not_started_again_by_the_next_engine(engine):
    engine.add("db", down="", **FAILS)
    engine.add("rescue", run=RESCUES, notification_fd="3", down="")
    target(engine, "default", down=False, requires=["db"], on_failure=["rescue"])
    engine.start()
    await_up(engine, "rescue")
    assert engine.ask("stop", services=["rescue"])["ok"]
    engine.kill()
    engine.await_listening()
    engine.await_settled()
    assert engine.phase("db") == "failed" and engine.phase("rescue") == "down"
    assert starts(engine, "rescue") == {"rescue": 1}


def test_to_another_level_and_back_restores_the_former_set(engine):
    levels(engine)
    await_up(engine, *LEVEL_MULTI)
    for _ in range(2):
        assert engine.ask("isolate", services=["single"])["ok"]
        await_up(engine, "db", "single")
        assert engine.ask("isolate", services=["multi"])["ok"]
        await_up(engine, *LEVEL_MULTI)
    assert starts(engine, "db", "app", "web", "mailer") == {"db": 1, "app": 3, "web": 3, "mailer": 3}
    app, web = engine.starts("app"), engine.starts("web")
    assert all(before < after for before, after in zip(app, web)), "in order each time"


def test_a_level_is_left_in_order(engine):
    levels(engine)
    await_up(engine, *LEVEL_MULTI)
    plan = engine.ask("plan", verb="isolate", services=["single"])
    steps = {step["service"]: (step["letter"], step["wave"]) for step in plan["steps"]}
    assert {name: letter for name, (letter, _) in steps.items()} == {"web": "d", "mailer": "d", "app": "d"}
    assert steps["web"][1] < steps["app"][1] and steps["mailer"][1] < steps["app"][1]
    assert up(engine) == set(LEVEL_MULTI), "a plan does nothing"


def test_a_level_survives_the_engine(engine):
    levels(engine)
    await_up(engine, *LEVEL_MULTI)
    assert engine.ask("isolate", services=["single"])["ok"]
    await_up(engine, "db", "single")
    engine.kill()
    engine.await_listening()
    await_up(engine, "db", "single")
    assert starts(engine, "db", "app", "web", "mailer") == {"db": 1, "app": 1, "web": 1, "mailer": 1}
    assert engine.ask("isolate", services=["multi"])["ok"]
    await_up(engine, *LEVEL_MULTI)


def test_what_was_started_beside_a_level_goes_with_it(engine):
    engine.add("extra", down="")
    engine.add("kept", down="", keep_on_isolate="")
    levels(engine)
    assert engine.ask("start", services=["extra", "kept"])["ok"]
    await_up(engine, *LEVEL_MULTI, "extra", "kept")
    assert engine.ask("isolate", services=["single"])["ok"]
    await_up(engine, "db", "single", "kept")
    assert engine.ask("isolate", services=["multi"])["ok"]
    await_up(engine, *LEVEL_MULTI, "kept")
    assert starts(engine, "extra", "kept") == {"extra": 1, "kept": 1}


def test_levels_that_conflict_take_each_other_s_place(engine):
    engine.add("db", down="")
    engine.add("web", down="", relations={"requires": ["db"]})
    target(engine, "normal", down=False, requires=["web"])
    target(engine, "maintenance", requires=["db"], conflicts=["normal", "web"])
    engine.start()
    await_up(engine, "db", "web", "normal")
    assert engine.ask("start", services=["maintenance"])["ok"]
    await_up(engine, "db", "maintenance")
    assert engine.ask("start", services=["normal"])["ok"]
    await_up(engine, "db", "web", "normal")
    assert starts(engine, "db", "web") == {"db": 1, "web": 2}


def test_the_last_level_is_reached_in_order_even_if_the_engine_is_killed(engine):
    """The end of the tree: .svscan/stop has the engine take all down, and the next engine if that one is killed."""
    waits = recorded("on TERM record", "write 3 ready", "await gone", "mark stopped", "exit 0")
    engine.add("db", run=recorded("on TERM exit 0", "write 3 ready", "wait"), notification_fd="3")
    web = engine.add("web", run=waits, notification_fd="3", relations={"requires": ["db"]})
    stop = f"#!/bin/sh\nexec {program('svctl')} -C . shutdown --wait --services\n"
    write_files(engine.tree.directory / ".svscan", {"stop": stop})
    engine.start()
    await_up(engine, "db", "web")
    engine.tree.send_signal(signal.SIGTERM)
    engine.await_phase("web", "stopping")
    engine.kill()
    engine.await_listening()
    await_until(lambda: engine.status("db")["intent"] == "down", what=engine.status)
    (web / "gone").touch()
    assert engine.tree.await_end() == 0, engine.tree.messages()
    assert [event for _, _, event in engine.events("web")].count("start") == len(engine.starts("db")) == 1
    stopped = [time for time, _, event in engine.events("web") if event == "mark"]
    told = [time for time, _, event in engine.events("db") if event == "exit"]
    assert len(stopped) == 1 and told and stopped[0] < told[0], (engine.events("web"), engine.events("db"))
