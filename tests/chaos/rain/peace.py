"""After the rain: everything comes to rest, and what is is what was asked for.

Awaited with one generous deadline: svscan and supervise may be backing off by up to a minute.
"""

import json
import time

from engine_client import Client
from support import processes
from support.awaiting import PAUSE

from rain import evidence

DEADLINE = 180.0
AT_REST = ("down", "failed", "skipped")
ON = ("ready", "done")
# Those that end by themselves are on their way somewhere most of the time.
RESTLESS = (*ON, "starting", "up", "backoff", "stopping", "finishing")


class Peace:
    def __init__(self, tree, population, tend):
        self.tree, self.population, self.tend = tree, population, tend

    def wait_for(self, condition, deadline):
        """The last answer of `condition`: empty once all is well."""
        end = time.monotonic() + deadline
        while True:
            self.tend()
            wrong = condition()
            if not wrong or time.monotonic() > end:
                return wrong
            time.sleep(PAUSE * 10)

    def engine_status(self):
        """None while there is no engine that answers."""
        try:
            client = Client(self.tree.directory)
        except OSError:
            return None
        with client:
            try:
                client.send("status")
                answer = client.receive()
            except (OSError, AssertionError, json.JSONDecodeError):
                return None
        return {one["name"]: one for one in answer["services"]} if answer and answer["type"] == "status" else None

    # what is wrong; empty if nothing

    def unsupervised(self):
        wrong = []
        for name in self.tree.names():
            if self.tree.is_target(name):
                continue
            record = self.tree.record(name)
            if record is None or not record.supervise_pid or not self.tree.is_alive(record.supervise_pid, record.supervise_start):
                wrong.append((name, record and record.supervise_pid))
        return wrong

    def unsettled(self):
        status = self.engine_status()
        if status is None:
            return ["no engine answers"]
        names = {name for name in self.tree.names() if "/" not in name}
        unknown = names - set(status) | {name for name, one in status.items() if one["kind"] != "missing" and name not in names}
        wrong = [f"the engine does not know what there is: {sorted(unknown)}"] if unknown else []
        for name, one in status.items():
            if not one["settled"] and not self.is_restless(name):
                wrong.append({key: one[key] for key in ("name", "phase", "intent", "goal", "run", "action", "waits_for")})
        return wrong

    def is_restless(self, name):
        member = self.population.members.get(name)
        return member is not None and member.family == "f"

    def untrue(self):
        """Where engine, records and processes disagree about what is, or what is with what should be."""
        status = self.engine_status()
        if status is None:
            return ["no engine answers"]
        wrong = []
        for name, one in status.items():
            if one["kind"] in ("target", "missing") or self.is_restless(name):
                continue
            record = self.tree.record(name)
            alive = bool(record and record.pid and processes.alive(record.pid))
            on = record is not None and record.phase in ON
            if record is None or record.phase != one["phase"]:
                wrong.append(f"{name}: the engine says {one['phase']}, its record {record and record.phase}")
            elif one["run"] and not one["gave_up"] and not (on and (alive or one["kind"] == "oneshot")):
                wrong.append(f"{name} is to run, and is {record.phase}, pid {record.pid}")
            elif not one["run"] and (alive or record.phase not in AT_REST):
                wrong.append(f"{name} is not to run, and is {record.phase}, pid {record.pid}")
            elif one["gave_up"] and record.phase not in AT_REST:
                wrong.append(f"{name} gave up, and is {record.phase}")
            elif on and one["kind"] == "process" and name in self.population.members:
                wrong += self.wrong_process(name, record)
        wrong += self.wrong_goals(status)
        return wrong

    def wrong_process(self, name, record):
        """The main process is the last one that the journal knows, and younger than what it is bound to."""
        last = self.tree.journal(name).last_main()
        if last is None or last[0] != record.pid:
            return [f"{name}: the record's process is {record.pid}, the journal's {last}"]
        wrong = []
        for other, relation in self.population.members[name].relations.items():
            if relation != "binds-to" or name[0] == "w" or self.population.members[other].kind != "process":
                continue
            mine = [event.ns for event in evidence.events(self.tree.evidence(name)) if event.what == "start" and event.role == "run"]
            its = [event.ns for event in evidence.events(self.tree.evidence(other)) if event.what == "start" and event.role == "run"]
            if its and mine and its[-1] > mine[-1]:
                wrong.append(f"{name} (started {mine[-1]}) is older than {other} (started {its[-1]}), which it is bound to")
        return wrong

    def wrong_goals(self, status):
        """The goals, computed here from the intents on disk and the definitions alone."""
        intents = {}
        for line in (self.tree.directory / ".depengine" / "intents").read_text(encoding="ascii").splitlines()[1:]:
            name, intent, *_ = line.split(" ")
            intents[name] = intent
        wrong = [f"{name}: the intent on disk is {intent}, the engine's {status[name]['intent']}" for name, intent in intents.items() if name in status and status[name]["intent"] != intent.replace("-", "none")]
        holds = ("requires", "binds-to", "milestone", "waits-for", "wants")
        wanted = {}
        for name in status:
            for relation in holds:
                folder = self.tree.directory / name / relation
                if folder.is_dir():
                    wanted[name] = wanted.get(name, []) + [path.name for path in folder.iterdir()]
        goals, to_do = set(), [name for name, one in status.items() if one["intent"] == "up" or (one["goal"] and (self.tree.directory / name / "persistent").exists())]
        while to_do:
            name = to_do.pop()
            if name in goals or name not in status or status[name]["intent"] == "down" or status[name]["kind"] == "missing":
                continue
            goals.add(name)
            to_do += wanted.get(name, [])
        wrong += [f"{name}: the goal is {one['goal']}, by the intents it is {name in goals}" for name, one in status.items() if one["kind"] != "missing" and one["goal"] != (name in goals) and name[0] != "f"]
        return wrong

    def make(self, deadline=DEADLINE):
        """What is still wrong when the deadline is over, as texts; empty: peace."""
        for what, condition in (("no supervise", self.unsupervised), ("not settled", self.unsettled), ("not as it should be", self.untrue)):
            if wrong := self.wait_for(condition, deadline):
                return [f"{what} after {deadline:.0f} s: {one}" for one in wrong]
        return []
