"""The protocol's answers: plans and their hashes, keys, time limits, events, why, graph and blame."""

import threading

from engine_client import READY_ON_GO
from support.awaiting import await_until


def test_a_plan_does_nothing_and_apply_does_it(engine):
    engine.add("db", down="")
    engine.add("web", down="", relations={"requires": ["db"]})
    engine.start()
    plan = engine.ask("plan", verb="start", services=["web"])
    assert [(step["service"], step["wave"]) for step in plan["steps"]] == [("db", 0), ("web", 1)]
    assert plan["id"] == 0 and engine.phase("web") == "down"
    refused = engine.ask("apply", verb="start", services=["web"], hash="0" * 16)
    assert not refused["ok"] and "look at it again" in refused["refusals"][0]
    assert engine.ask("apply", verb="start", services=["web"], hash=plan["hash"])["ok"]
    engine.await_phase("web", "ready")


def test_the_same_key_joins(engine):
    web = engine.add("web", down="", **READY_ON_GO)
    engine.start()
    with engine.client() as first, engine.client() as second:
        first.send("start", services=["web"], key="k")
        plan = first.receive()
        second.send("start", services=["web"], key="k")
        assert second.receive() == plan
        other = engine.ask("stop", services=["web"], key="k")
        assert not other["ok"] and "key" in other["refusals"][0]
        (web / "go").touch()
        assert first.until("result")[-1] == second.until("result")[-1]
    again = engine.all_of("start", services=["web"], key="k")
    assert again[0] == plan and again[-1]["results"][0]["result"] == "done"
    assert len(engine.starts("web")) == 1


def test_a_time_limit(engine):
    engine.add("web", down="", **READY_ON_GO)
    engine.start()
    result = engine.ask("start", services=["web"], timeout_ms=300)
    assert result["results"][0]["result"] == "timeout" and not result["ok"]
    assert engine.status("web")["goal"] is True


def test_a_newer_request_supersedes(engine):
    engine.add("web", down="", **READY_ON_GO)
    engine.start()
    with engine.client() as client:
        client.send("start", services=["web"])
        engine.await_phase("web", "up")
        assert engine.ask("stop", services=["web"])["ok"]
        assert client.until("result")[-1]["results"][0]["result"] == "superseded"


def test_subscribers_see_changes(engine):
    engine.add("web", down="")
    engine.start()
    with engine.client() as client:
        client.send("subscribe", services=["web", "nobody"])
        assert client.receive()["unknown"] == ["nobody"]
        threading.Thread(target=lambda: engine.ask("start", services=["web"]), daemon=True).start()
        seen = []
        while "ready" not in seen:
            seen.append(client.receive()["phase"])
    assert len(seen) > 1, "that it is to run is told before"


def test_results_of_each_verb(engine):
    engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")

    def result(verb):
        answer = engine.ask(verb, services=["web"])
        return answer["results"][0]["result"] if answer["results"] else answer["refusals"][0]

    assert result("start") == "already"
    assert result("verify") == "done"
    assert result("reload") == "done"
    assert result("restart") == "done"
    assert result("stop") == "done"
    assert result("stop") == "already"
    assert result("verify") == "failed"
    assert result("try-restart") in ("already", "done")
    assert "not up" in result("reload")
    assert result("try-reload") == "already"
    assert result("reload-or-start") == "done"
    assert result("reset") == "done"
    assert result("release") == "done"


def test_a_set_is_all_or_nothing(engine):
    engine.add("a", down="")
    engine.add("b", down="")
    engine.start()
    refused = engine.ask("change", orders=[{"do": "start", "services": ["a"]}, {"do": "start", "services": ["x"]}])
    assert not refused["ok"] and engine.phase("a") == "down"
    done = engine.ask("change", orders=[{"do": "start", "services": ["b", "a"]}, {"do": "stop", "services": ["b"]}])
    assert not done["ok"]


def test_refuse_files_are_heeded(engine):
    engine.add("web", refuse="stop\n")
    engine.start()
    refused = engine.ask("stop", services=["web"])
    assert not refused["ok"] and "refuse" in refused["refusals"][0]


def test_the_engine_does_not_stop_itself(engine):
    engine.start()
    refused = engine.ask("stop", services=["engine"])
    assert not refused["ok"] and "engine itself" in refused["refusals"][0]


def test_graph_why_and_blame(engine):
    engine.add("db")
    engine.add("web", relations={"requires": ["db"], "after": ["log"]})
    engine.add("log", relations={"after": ["web"]})
    engine.add("all", run=None, relations={"wants": ["web"]})
    engine.start()
    engine.await_settled()
    graph = engine.ask("graph", services=["web"])
    assert {node["name"] for node in graph["nodes"]} == {"web", "db", "log"}
    assert {(edge["from"], edge["to"]) for edge in graph["edges"]} == {("web", "db"), ("web", "log"), ("log", "web")}
    assert len(graph["cycles"]) == 1 and sorted(graph["cycles"][0]["path"]) == ["log", "web"]
    assert graph["cycles"][0]["cut"] is False
    why = engine.ask("why", services=["db"])["services"][0]
    assert why["holders"][0] == "db" and why["chain"] == []
    blame = {one["service"]: one for one in engine.ask("blame")["services"]}
    assert blame["web"]["waited_for"] in ("db", "log") and blame["web"]["ready_ms"] > 0  # who was ready last
    assert blame["web"]["command_ms"] >= blame["db"]["command_ms"]


def test_many_requests_on_one_connection(engine):
    engine.add("web", down="")
    engine.start()
    with engine.client() as client:
        for _ in range(3):
            client.send("start", services=["web"])
            client.send("stop", services=["web"])
        results = []
        while len(results) < 6:
            answer = client.receive()
            if answer["type"] == "result":
                results.append(answer["results"][0]["result"])
    assert results == ["done"] * 6
    await_until(lambda: engine.phase("web") == "down")
