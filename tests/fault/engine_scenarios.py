"""Scripted lives of a tree with an engine in which one allocation of the engine fails.

It goes on, or ends with a message and exit code 111 and is started again by its supervise; a client is answered, or told
what failed, or turned away and asks again. What was to come of it comes, and no service is disturbed.
"""

import os

from allocation import Board
from engine_client import Engine
from support import status_record
from support.awaiting import await_until
from support.survival import survivor
from svscan_tree import Tree

PATIENCE = 40
QUICK = {"restart_delay": "1 1 1", "timeout_kill": "400"}
FAILS = {"run": survivor("live 1 2", "code 3"), "restart_delay": "1 1 1", "max_death_tally": "2 10"}
SUCCEEDS = survivor("role start", "live 1 2", "code 0")


class InjectedEngine(Engine):
    def __init__(self, directory, environment, fault):
        super().__init__(Tree(f"{directory}/services", environment))
        self.board = Board(f"{directory}/report.board", fault.number)

    def begin(self):
        self.start(environment=self.board.variables("depengine"))

    def reach(self, condition, what):
        return await_until(condition, PATIENCE, what=lambda: f"{what}; {self.tree.messages()}")

    def surely(self, do, **fields):
        """The answer: asked again until there is one."""

        def asked():
            try:
                return self.ask(do, **fields)
            except (OSError, AssertionError):
                return None

        return self.reach(asked, f"an answer to {do}")

    def settled(self):
        answer = self.surely("status")
        return "services" in answer and all(one["settled"] for one in answer["services"])

    def reach_up(self, *names):
        self.reach(lambda: all(map(self.tree.main_pid, names)), f"{names} up")
        return {name: self.tree.main_pid(name) for name in names}

    def leave(self):
        """The end of the tree; returns how often the engine asked for memory, and how often it got none."""
        deaths = [one for one in status_record.read_deaths(self.tree.directory / self.NAME) if os.WIFSIGNALED(one.wait_status)]
        assert not deaths, f"the engine was ended by a signal: {deaths}; {self.tree.messages()}"
        assert self.tree.stop() == 0, self.tree.messages()
        for file in self.tree.directory.glob("*/violations"):
            raise AssertionError(file.read_text(encoding="ascii"))
        return self.board.calls, self.board.refused


def order(directory, environment, fault):
    """Start in order, requests, a new service, the stop."""
    engine = InjectedEngine(directory, environment, fault)
    engine.add("low", run=survivor(), **QUICK)
    engine.add("high", run=survivor(), relations={"requires": ["low"]}, **QUICK)
    engine.begin()
    engine.reach(engine.settled, "all settled")
    before = engine.reach_up("low", "high")
    answer = engine.surely("stop", services=["high"])
    assert answer["type"] in ("result", "error"), answer
    engine.surely("stop", services=["high"])
    engine.reach(lambda: not engine.tree.main_pid("high"), f"high down; {answer}")
    engine.surely("start", services=["high"])
    engine.surely("start", services=["high"])
    engine.reach_up("high")
    engine.add("later", run=survivor(), relations={"requires": ["high"]}, **QUICK)
    engine.reach_up("later")
    for do in ("graph", "blame", "plan"):
        engine.surely(do, services=["later"], **({"verb": "stop"} if do == "plan" else {}))
    engine.reach(engine.settled, "all settled")
    assert engine.tree.main_pid("low") == before["low"], f"a service was disturbed: {engine.tree.messages()}"
    return engine.leave()


def ends(directory, environment, fault):
    """What follows from the end of a service, definitions that change, a client that listens, the shutdown."""
    engine = InjectedEngine(directory, environment, fault)
    for name in ("alarm", "cheer"):
        engine.add(name, run=survivor(), down="", **QUICK)
    engine.add("low", run=survivor(), **QUICK)
    high = engine.add("high", run=survivor(), relations={"requires": ["low"]}, **QUICK)
    engine.begin()
    before = engine.reach_up("low", "high")
    listening = listener(engine)
    engine.add("fails", relations={"on-failure": ["alarm"]}, **FAILS)
    engine.add("job", run=None, relations={"on-success": ["cheer"]})
    job = engine.tree.directory / "job"
    (job / "start.new").write_text(SUCCEEDS, encoding="ascii")
    (job / "start.new").chmod(0o755)
    (job / "start.new").rename(job / "start")
    engine.reach_up("alarm", "cheer")
    for do, fields in {"why": {"services": ["high"]}, "diff": {}, "reload-definitions": {}}.items():
        engine.surely(do, **fields)
    assert {name: engine.tree.main_pid(name) for name in before} == before, f"disturbed: {engine.tree.messages()}"
    engine.surely("change", orders=[{"do": "restart", "services": ["high"]}, {"do": "stop", "services": ["cheer"]}])
    engine.surely("change", orders=[{"do": "restart", "services": ["high"]}, {"do": "stop", "services": ["cheer"]}])
    engine.reach(lambda: not engine.tree.main_pid("cheer"), "cheer down")
    engine.reach(lambda: engine.tree.main_pid("high") not in (None, before["high"]), "high restarted")
    (high / "requires" / "low").unlink()
    engine.reach(engine.settled, "all settled")
    engine.surely("shutdown")
    engine.surely("shutdown")
    engine.reach(lambda: not any(map(engine.tree.main_pid, ("low", "high", "alarm"))), "all down")
    if listening:
        listening.close()
    return engine.leave()


def listener(engine):
    """Who is told what changes, and reads nothing of it; None if the engine has just ended."""
    try:
        client = engine.client()
        client.send("subscribe")
        return client
    except OSError:
        return None


SCENARIOS = {"order": order, "ends": ends}
