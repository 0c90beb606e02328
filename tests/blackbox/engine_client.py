"""What the engine's tests need: a tree with an engine, and clients of its socket."""

import json
import os
import pathlib
import shlex
import shutil
import signal
import socket

from support import processes
from support.awaiting import DEADLINE, await_until
from support.paths import program
from support.service import recorded, shell

# Ready only once it has recorded its start: a service without readiness is ready before that.
RUNS = recorded("write 3 ready", "wait")
# It runs and is ready once the file `go` is there.
READY_ON_GO = {"run": recorded("await go", "write 3 ready", "wait"), "notification-fd": "3"}


class Client:
    """One connection; objects in, objects out."""

    def __init__(self, directory):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        # by a short name, however deep the test's directory lies
        folder = os.open(pathlib.Path(directory) / ".depengine", os.O_PATH | os.O_DIRECTORY)
        try:
            self.socket.connect(f"/proc/self/fd/{folder}/socket")
        finally:
            os.close(folder)
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.lines.close()
        self.socket.close()

    def send(self, do, **fields):
        self.send_text(json.dumps({"v": 1, "do": do, **fields}))

    def send_text(self, text):
        self.socket.sendall(text.encode() + b"\n")

    def receive(self):
        """The next object; None if the engine has closed."""
        try:
            line = self.lines.readline()
        except ConnectionResetError:
            return None
        except TimeoutError:
            raise AssertionError("the engine does not answer")
        return json.loads(line) if line else None

    def until(self, kind):
        """All objects up to the first of this type, that one included."""
        found = []
        while True:
            one = self.receive()
            assert one is not None, f"closed after {found}"
            found.append(one)
            if one["type"] in (kind, "error"):
                return found


class Engine:
    """The engine of `tree`, a service of it like any other: its supervise starts it again when it is killed."""

    NAME = "engine"

    def __init__(self, tree):
        self.tree = tree
        self.options = []

    def add(self, name, run=RUNS, relations=None, **files):
        """A service; relations={"requires": ["db"]}. With run=None a target."""
        for relation, others in (relations or {}).items():
            files[relation] = {other: "" for other in others}
        if run == RUNS:
            files.setdefault("notification-fd", "3")
        if run is None:
            self.tree.add(name, run="", **files)
            (self.tree.directory / name / "run").rename(self.tree.directory / name / "target")
        else:
            self.tree.add(name, run=run, **files)
        return self.tree.directory / name

    def start(self, *options, environment=None, wrap=(), tree_wrap=(), before=lambda: None):
        """svscan, and in it the engine, with these variables of its own; each behind the words that wrap it."""
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        words = shlex.join([*wrap, "env", *variables, program("depengine"), *options, str(self.tree.directory)])
        (self.tree.directory / ".depengine").mkdir(mode=0o700, exist_ok=True)
        self.tree.add(self.NAME, run=shell(f"exec {words}"), early="", restart_delay="1 1 1")
        before()
        self.tree.start(wrap=tree_wrap)
        self.await_listening()
        return self

    @property
    def pid(self):
        return self.tree.main_pid(self.NAME)

    def client(self):
        return Client(self.tree.directory)

    def await_listening(self):
        def answers():
            try:
                with self.client() as one:
                    one.send("status")
                    return one.receive()
            except OSError:
                return None

        return await_until(answers, what=lambda: f"the engine; {self.tree.messages()}")

    def ask(self, do, **fields):
        """The answer, or the result of a request."""
        return self.all_of(do, **fields)[-1]

    def all_of(self, do, **fields):
        last = {
            "plan": ("plan", "result"),
            "status": ("status",),
            "why": ("why",),
            "graph": ("graph",),
            "blame": ("blame",),
            "diff": ("diff", "result"),
            "reload-definitions": ("diff", "result"),
        }.get(do, ("result",))
        with self.client() as one:
            one.send(do, **fields)
            found = []
            while not found or found[-1]["type"] not in (*last, "error"):
                answer = one.receive()
                assert answer is not None, f"closed after {found}; {self.tree.messages()}"
                found.append(answer)
            return found

    def status(self, name=None):
        """{name: status} of all, or one service's."""
        answer = self.ask("status", **({"services": [name]} if name else {}))
        found = {one["name"]: one for one in answer["services"]}
        return found[name] if name else found

    def phase(self, name):
        return self.status(name)["phase"]

    def await_phase(self, name, *phases):
        await_until(
            lambda: self.phase(name) in phases,
            what=lambda: f"{name} {phases}; {self.status(name)}; {self.tree.messages()}",
        )

    def await_settled(self):
        """Nothing is left to do."""
        await_until(
            lambda: all(one["settled"] for one in self.status().values()),
            what=lambda: f"all settled; {[o for o in self.status().values() if not o['settled']]}; {self.tree.messages()}",
        )

    def kill(self):
        """SIGKILL; its supervise starts another one."""
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        await_until(lambda: not processes.alive(pid), what="the engine's end")

    def events(self, name):
        """What the recorder of this service wrote: [(time, script, event)]."""
        path = self.tree.directory / name / "events"
        if not path.exists():
            return []
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            time, _, script, event, *_ = [*line.split(" ", 4), ""]
            found.append((int(time), script, event))
        return found

    def starts(self, name):
        return [time for time, script, event in self.events(name) if script.endswith("run") and event == "start"]

    def remove(self, name):
        shutil.rmtree(self.tree.directory / name)
