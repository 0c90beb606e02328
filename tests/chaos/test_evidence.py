"""The evidence can convict: what chaos must find, it finds."""

import types

import pytest
from rain import evidence, figures
from rain.population import Member
from support import numbered_lines


def population(**relations):
    """Two processes, db and web; relations of site, and a target between them if it relates to that."""
    members = {"db": Member("db", "process", {}, []), "group": Member("group", "target", {}, [], {"db": "requires"}), "site": Member("site", "process", {}, [], relations)}
    return types.SimpleNamespace(members=members)


def order(tmp_path, journals, **relations):
    for name, lines in journals.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "journal").write_text("".join(f"{line}\n" for line in lines))
    return evidence.Order(population(**relations), types.SimpleNamespace(evidence=tmp_path)).violations()


READY = ["start run 1 1 100", "ready run 1 110"]
STOPPED = [*READY, "asked run 1 200", "end run 1 0 210"]


@pytest.mark.parametrize("db", [[], ["start run 1 1 100"], ["start run 1 1 100", "ready run 1 160"], STOPPED], ids=["never started", "not ready", "ready later", "stopped"])
@pytest.mark.parametrize("relation", [{"db": "requires"}, {"db": "binds-to"}, {"group": "requires"}], ids=str)
def test_a_start_before_its_turn_is_seen(tmp_path, db, relation):
    moment = 150 if db is not STOPPED else 250
    found = order(tmp_path, {"db": db, "site": [f"start run 2 1 {moment}"]}, **relation)
    assert len(found) == 1 and found[0].startswith(f"site was started at {moment}")


@pytest.mark.parametrize(
    "db, moment",
    [(READY, 150), ([*READY, "start run 3 1 300"], 350), ([*STOPPED, "start run 3 1 300", "ready run 3 310"], 350), (["start daemon 1 1 100"], 150), (["start start 1 1 100", "end start 1 0 120"], 150)],
    ids=["ready", "died and not ready again yet", "started again", "in the background", "a oneshot"],
)
def test_a_start_in_turn_is_none(tmp_path, db, moment):
    assert order(tmp_path, {"db": db, "site": [f"start run 2 1 {moment}"]}, db="requires") == []


def test_a_milestone_is_passed_once(tmp_path):
    assert order(tmp_path, {"db": STOPPED, "site": ["start run 2 1 250"]}, db="milestone") == []


def test_what_is_only_wanted_has_no_turn(tmp_path):
    assert order(tmp_path, {"db": [], "site": ["start run 2 1 150"]}, db="wants") == []


def test_growth_is_seen():
    before = {("supervise", "a"): (20, 8), ("supervise", "b"): (24, 8)}
    assert figures.growth(before, before) == []
    assert len(figures.growth(before, {("supervise", "a"): (20, 12)})) == 1
    assert len(figures.growth(before, {("supervise", "new"): (60, 8)})) == 1


@pytest.mark.parametrize(
    "lines, right",
    [(["1 1", "1 2"], True), (["1 1", "1 2", "1 3"], True), (["1 1"], False), (["1 2", "1 1"], False), (["1 1", "1 1", "1 2"], False), (["1 1", "1 2", "1 3", "1 4"], False), (["1 1", "1 2", "nonsense"], False)],
)
def test_lines_are_counted(lines, right):
    assert (numbered_lines.faults(lines, {"1": 2})[0] == []) == right
