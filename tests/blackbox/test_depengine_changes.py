"""Definitions change while the engine runs: what the change concerns is started or stopped, all else is left alone."""

import os
import shutil
import signal

from support.awaiting import await_until
from support.service import recorded, write_files


def test_a_new_service_is_started_and_a_removed_one_is_no_more(engine):
    engine.add("db")
    engine.start()
    engine.await_phase("db", "ready")
    engine.add("web", relations={"requires": ["db"]})
    await_until(lambda: "web" in engine.status() and engine.phase("web") == "ready", what=engine.status)
    engine.remove("web")
    await_until(lambda: "web" not in engine.status(), what=engine.status)
    assert len(engine.starts("db")) == 1


def test_a_relation_appears_and_goes(engine):
    engine.add("db", down="")
    web = engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")
    write_files(web, {"wants": {"db": "for its tables"}})
    engine.await_phase("db", "ready")
    (web / "wants" / "db").unlink()
    engine.await_phase("db", "down")
    assert len(engine.starts("web")) == 1


def test_a_missing_service_holds_what_needs_it_until_it_appears(engine):
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    await_until(lambda: engine.status("web")["waits_for"], what=engine.status)
    assert engine.status("web")["waits_for"]["why"] == "missing"
    assert [one["file"] for one in engine.ask("status")["problems"]] == ["web/requires/db"]
    engine.add("db")
    engine.await_phase("web", "ready")
    assert engine.ask("status")["problems"] == []


def test_a_bad_definition_is_reported_once_and_changes_nothing_else(engine):
    web = engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")
    (web / "requires").mkdir()
    (web / "requires" / "not a name").touch()
    engine.tree.await_said("not a name")
    (web / "README").touch()
    (web / "persistent").touch()
    await_until(lambda: "persistent" in engine.status("web")["flags"], what=engine.status)
    assert engine.tree.messages().count("web/requires/not a name") == 1
    assert len(engine.starts("web")) == 1


def test_a_changed_program_is_told_and_not_restarted(engine):
    web = engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")
    assert not engine.status("web")["changed_since_start"]

    def changed():  # the start is known to 10 ms only
        write_files(web, {"run": recorded("mark second", "wait")})
        return engine.status("web")["changed_since_start"]

    await_until(changed)
    engine.tree.await_said("web: its program has changed")
    assert len(engine.starts("web")) == 1


def test_manual_reload(engine):
    engine.add("db")
    engine.start("--manual-reload")
    engine.await_phase("db", "ready")
    engine.add("web", relations={"requires": ["db"]})
    diff = engine.ask("diff")
    assert diff["added"] == ["web"] and diff["loaded"] is False
    assert diff["relations_added"] == [{"from": "web", "relation": "requires", "to": "db"}]
    assert "web" not in engine.status()
    loaded = engine.ask("reload-definitions")
    assert loaded["added"] == ["web"] and loaded["loaded"] is True
    engine.await_phase("web", "ready")
    engine.add("app")
    os.kill(engine.pid, signal.SIGHUP)
    await_until(lambda: "app" in engine.status() and engine.phase("app") == "ready", what=engine.status)


def test_diff_tells_what_loading_would_do(engine):
    engine.add("db", down="")
    web = engine.add("web")
    engine.start("--manual-reload")
    engine.await_phase("web", "ready")
    write_files(web, {"requires": {"db": ""}, "essential": ""})
    diff = engine.ask("diff")
    assert diff["changed"] == [{"service": "web", "what": ["flag essential: added"]}]
    assert [(step["service"], step["letter"]) for step in diff["steps"]] == [("db", "u")]


def test_the_scan_directory_is_moved_away_and_back(engine):
    engine.add("db")
    engine.start()
    engine.await_phase("db", "ready")
    elsewhere = engine.tree.directory.with_name("elsewhere")
    engine.tree.directory.rename(elsewhere)
    here, engine.tree.directory = engine.tree.directory, elsewhere
    assert engine.phase("db") == "ready"
    elsewhere.rename(here)
    engine.tree.directory = here
    engine.add("web")
    await_until(lambda: "web" in engine.status() and engine.phase("web") == "ready", what=engine.status)
    assert len(engine.starts("db")) == 1


def test_services_that_are_symlinks(engine, tmp_path):
    engine.start()
    write_files(tmp_path / "aside" / "web", {"run": recorded("wait")})
    (engine.tree.directory / "web").symlink_to(tmp_path / "aside" / "web")
    await_until(lambda: "web" in engine.status() and engine.phase("web") == "ready", what=engine.status)
    write_files(tmp_path / "aside" / "web", {"persistent": ""})
    await_until(lambda: engine.status("web")["flags"] == ["persistent"], what=engine.status)
    (engine.tree.directory / "web").unlink()
    await_until(lambda: "web" not in engine.status(), what=engine.status)
    await_until(lambda: not engine.tree.supervise_pid("web"))
    shutil.rmtree(tmp_path / "aside")
