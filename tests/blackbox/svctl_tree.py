"""A tree made by `svctl init`, with the engine that is in it, and svctl on it."""

import json
import subprocess

import pytest
from engine_client import Client
from support.awaiting import await_until
from support.paths import program
from support.service import shell, write_files

PATIENCE = 30.0  # seconds, on a machine that does much else

RUNS = shell("exec sleep 10000")
# It is up, and ready once the file `go` is there.
READY_ON_GO = {"run": shell("while ! [ -e go ]; do sleep 0.02; done", "echo >&3", "exec sleep 10000"), "notification-fd": "3\n"}
# It dies before it is ready, and is given up.
FAILS = {"run": shell("exit 7"), "notification-fd": "3\n", "max-death-tally": "1 60\n"}


class SvctlTree:
    def __init__(self, tree):
        self.tree = tree
        self.directory = tree.directory
        self.stderr = ""
        self.svctl("init", "--force", self.directory)
        # The engine's log is not what these tests are about, and multilog may not be there.
        (self.directory / ".svscan" / "log" / "run").write_text(shell("exec cat >>lines"))

    def add(self, name, files=None, **relations):
        """add("web", requires=["db"]); a file `target` makes a target."""
        files = {"run": RUNS, **(files or {})}
        if "target" in files:
            del files["run"]
        for relation, others in relations.items():
            files[relation.replace("_", "-")] = {other: "" for other in others}
        run = files.pop("run", None)
        write_files(self.directory / name, files)
        if run is not None:
            write_files(self.directory / name, {"run": run})
        return self.directory / name

    def start(self):
        self.tree.start()

        def answers():
            try:
                with Client(self.directory) as one:
                    one.send("status")
                    answer = one.receive()
                return answer is not None and all(each["supervised"] or each["kind"] in ("target", "missing") for each in answer["services"])
            except OSError:
                return False

        await_until(answers, what=lambda: f"the engine; {self.tree.messages()}; {self.engine_log()}", deadline=PATIENCE)
        return self

    def engine_log(self):
        path = self.directory / ".svscan" / "log" / "lines"
        return path.read_text() if path.exists() else ""

    def command(self, *words):
        return [program("svctl"), "-C", str(self.directory), *map(str, words)]

    def svctl(self, *words, code=0):
        """stdout; the exit code is checked, stderr kept in .stderr."""
        done = subprocess.run(
            self.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
            env={**self.tree.environment, "TZ": "UTC"},
        )
        self.stderr = done.stderr
        assert done.returncode == code, f"{done.returncode}: {done.stdout} {done.stderr}; {self.engine_log()}"
        return done.stdout

    def begin(self, *words):
        """svctl in the background; output through pipes."""
        return subprocess.Popen(
            self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.tree.environment
        )

    def json(self, *words, code=0):
        return json.loads(self.svctl(*words, "--json", code=code))

    def lines(self, *words, code=0):
        """The JSON lines of a request."""
        return [json.loads(line) for line in self.svctl(*words, "--json", code=code).splitlines()]

    def phases(self):
        return {one["name"]: one["phase"] for one in self.json("status")["services"]}

    def await_phase(self, name, phase):
        await_until(lambda: self.phases()[name] == phase, what=lambda: f"{name} {phase}: {self.phases()}; {self.engine_log()}", deadline=PATIENCE)


@pytest.fixture
def made(tree):
    """A tree with an engine, not yet started; the test adds services and calls start()."""
    return SvctlTree(tree)
