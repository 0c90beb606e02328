"""The life of a tree that svctl init made: default target, order at the start and at the end, and doing without an engine."""

import json
import os
import subprocess
import time

import pytest
from support.awaiting import await_until
from support.service import shell
from svctl_tree import PATIENCE, made  # noqa: F401  (fixture)

# Tells in a file of the tree when it comes and goes.
TELLS = shell(
    "name=$(basename \"$PWD\")", "trap 'echo \"$name down\" >>../.told; exit 0' TERM", "echo \"$name up\" >>../.told", "echo >&3", "while :; do sleep 0.05; done"
)


@pytest.mark.parametrize("by", ["shutdown", "tree", "signal"])
def test_the_tree_stops_in_order(made, by):  # noqa: F811
    made.add("db", {"run": TELLS, "notification-fd": "3\n"})
    made.add("web", {"run": TELLS, "notification-fd": "3\n"}, requires=["db"])
    made.start()
    told = made.directory / ".told"
    await_until(lambda: told.exists() and told.read_text() == "db up\nweb up\n", deadline=PATIENCE, what=made.engine_log)
    if by == "shutdown":
        made.svctl("shutdown", "--wait")
    elif by == "tree":
        made.svctl("tree", "stop")
    else:
        made.tree.popen.terminate()
    assert made.tree.await_end(PATIENCE) == 0
    assert told.read_text() == "db up\nweb up\nweb down\ndb down\n"
    assert made.svctl("tree", "stop", code=1) == "" and "no svscan runs" in made.stderr


def test_shutdown_of_the_services_only(made):  # noqa: F811
    made.add("web")
    made.start()
    made.await_phase("web", "ready")
    made.svctl("shutdown", "--services", "--wait")
    assert made.phases()["web"] == "down" and made.phases()["depengine"] == "ready"
    made.svctl("start", "web", code=2)
    assert "refused" in made.stderr


def test_tree_commands(made):  # noqa: F811
    made.start()
    made.svctl("tree", "rescan")
    made.svctl("tree", "prune")
    made.svctl("tree", "upgrade")
    made.add("late")
    made.svctl("tree", "rescan")
    await_until(lambda: made.phases().get("late") == "ready", deadline=PATIENCE, what=made.phases)


ENGINE_VERBS = ["start default", "stop default", "plan start default", "apply 0123456789abcdef start default", "why default", "blame", "events", "diff", "reload-definitions", "shutdown"]


def test_without_a_running_engine(made):  # noqa: F811
    for words in ENGINE_VERBS:
        assert made.svctl(*words.split(), code=111) == ""
        assert "does not run" in made.stderr and "svscan" in made.stderr
    assert "target" in made.svctl("status", "default")
    os.rmdir(made.directory / ".depengine")
    made.svctl("start", "default", code=111)
    assert "has no engine" in made.stderr and "svctl init --force" in made.stderr


def test_start_failures_are_explained(made):  # noqa: F811
    made.add("web", {"run": "#!/no/such/interpreter\n"})
    made.add("fine")
    made.start()
    await_until(lambda: made.json("status", "web")["services"][0]["last_end"], deadline=PATIENCE)
    out = made.svctl("status", "web")
    assert "web/run: its interpreter /no/such/interpreter" in out
    (problem,) = made.json("status", "web")["services"][0]["problems"]
    assert problem["file"] == "run"
    assert "problems" not in made.svctl("status", "fine")


def test_check_finds_what_the_engine_would(made):  # noqa: F811
    made.add("a", after=["b"])
    made.add("b", after=["a"])
    made.add("egg", requires=["hen"])
    made.add("hen", requires=["egg"])
    made.add("left", conflicts=["right"])
    made.add("right")
    made.add("both", requires=["left", "right"])
    made.add("some", {"target": ""}, wants=["left", "right"])
    made.add("typo", requires=["rihgt"])
    made.add("self", after=["self"])
    lines = made.svctl("check", code=1).splitlines()

    def said(start, *parts):
        found = [line for line in lines if line.startswith(start)]
        assert len(found) == 1 and all(part in found[0] for part in parts), lines

    said("egg: ", "cannot start", "cycle")
    said("hen: ", "cannot start", "cycle")
    assert len([line for line in lines if "it gives no order" in line]) == 1
    said("both: ", "can never run", "left", "right")
    said("some: ", "holds left and right", "left/conflicts/right")
    said("typo/requires/rihgt: ", "did you mean right?")
    said("self/after/self: ")
    assert len(lines) == 7
    assert len(made.json("check", code=1)["problems"]) == 7
    assert "no problems" in made.svctl("check", made.directory / "right")
    assert len(made.svctl("check", made.directory / "egg", code=1).splitlines()) == 1


class StrangeEngine:
    """An engine that says what the test wants: a program on the socket."""

    def __init__(self, directory, lines):
        script = (
            "import socket, sys, os\n"
            "s = socket.socket(socket.AF_UNIX); os.chdir(sys.argv[1]); s.bind('socket'); s.listen()\n"
            "print('ready', flush=True)\n"
            "c, _ = s.accept(); c.recv(65536); c.sendall(sys.argv[2].encode()); c.close()\n"
        )
        self.popen = subprocess.Popen(["/usr/bin/python3", "-c", script, str(directory / ".depengine"), lines], stdout=subprocess.PIPE, text=True)
        assert self.popen.stdout.readline() == "ready\n"

    def end(self):
        assert self.popen.wait(PATIENCE) == 0
        self.popen.stdout.close()


@pytest.mark.parametrize(
    "lines, code, words",
    [
        ("", 1, "ended before the result"),
        ("nonsense\n", 111, "no JSON object"),
        ('{"v":1,"type":"plan","steps":[{"service":"default"', 1, "ended before the result"),
        ('{"v":1,"type":"error","text":"too many clients"}\n', 1, "the engine: too many clients"),
        ('{"v":1,"type":"result","ok":false,"refusals":["no \\u001b[31mway"]}\n', 2, "refused: no \\x1b[31mway"),
        ('{"v":1,"type":"news"}\n{"v":1,"type":"result","ok":true,"results":[{"service":"default","verb":"start","result":"done"}],"refusals":[]}\n', 0, ""),
    ],
)
def test_strange_engines(made, lines, code, words):  # noqa: F811
    strange = StrangeEngine(made.directory, '{"v":1,"type":"status","services":[]}\n' + lines)
    made.svctl("start", "default", code=code)
    assert words in made.stderr
    strange.end()


def test_status_does_not_hang_at_a_silent_engine(made):  # noqa: F811
    made.add("web")
    strange = subprocess.Popen(
        ["/usr/bin/python3", "-c", "import socket, os, sys; os.chdir(sys.argv[1]); s = socket.socket(socket.AF_UNIX); s.bind('socket'); s.listen(); print(flush=True); sys.stdin.read()", str(made.directory / ".depengine")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    try:
        strange.stdout.readline()
        begun = time.monotonic()
        (web,) = json.loads(made.svctl("status", "web", "--json"))["services"]
        assert web["engine"] is None and time.monotonic() - begun < PATIENCE
    finally:
        strange.communicate(timeout=PATIENCE)
