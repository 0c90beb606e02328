"""What svctl asks of the engine without changing anything, or shows before it does: plan, why, graph, blame, events, diff."""

import json
import re
import subprocess

import pytest
from support.awaiting import await_until
from support.paths import SOURCE, foreign_program, program
from svctl_tree import FAILS, PATIENCE, READY_ON_GO, made  # noqa: F401  (fixture)


def test_plan_and_apply(made):  # noqa: F811
    made.add("db", {"down": ""})
    made.add("web", {"down": ""}, requires=["db"])
    made.add("other", {"down": ""})
    made.start()
    out = made.svctl("plan", "start", "web")
    steps = [line.split() for line in out.splitlines() if line]
    assert steps[0][:2] == ["start", "db"] and "web" in steps[0][2:] and steps[1][:2] == ["start", "web"]
    digits = steps[-1][1]
    assert steps[-1][0] == "hash" and re.fullmatch("[0-9a-f]{16}", digits)
    plan = made.json("plan", "start", "web")
    assert plan["type"] == "plan" and plan["hash"] == digits and [step["service"] for step in plan["steps"]] == ["db", "web"]
    assert made.phases()["web"] == "down"

    made.svctl("start", "db")
    assert made.svctl("apply", digits, "start", "web", code=2) == "" and "refused" in made.stderr
    assert made.phases()["web"] == "down"
    assert "web  start  done" in made.svctl("apply", made.json("plan", "start", "web")["hash"], "start", "web")
    assert made.svctl("plan", "start", "web").startswith("nothing would be done\n")
    made.svctl("plan", "stop", "db", "--mode", "no-stop", code=2)
    assert "web" in made.stderr
    assert made.phases()["web"] == "ready"


def test_why_and_blame(made):  # noqa: F811
    made.add("slow", READY_ON_GO)
    made.add("web", requires=["slow"])
    made.add("fails", FAILS)
    made.add("needs", requires=["fails"])
    made.add("off", {"down": ""})
    made.start()
    made.await_phase("fails", "failed")
    made.await_phase("slow", "up")
    assert made.svctl("why", "web").splitlines()[0] == "web is down; it was asked for"
    assert "starts once slow is ready" in made.svctl("why", "web")
    assert "nothing asks for it" in made.svctl("why", "off")
    one = made.json("why", "needs")["services"][0]
    assert one["chain"][-1]["service"] == "fails" and one["run"] is False
    out = made.svctl("why", "needs")
    assert "exited 7" in out and out.index("fails:") < out.index("needs:")
    made.svctl("why", "nobody", code=1)
    made.svctl("why", code=100)
    rows = {line.split()[-2]: line.split() for line in made.svctl("blame").splitlines()[1:]}
    assert rows["slow"][:2] == ["not", "ready"]
    (made.directory / "slow" / "go").touch()
    made.await_phase("web", "ready")
    blame = {one["service"]: one for one in made.json("blame")["services"]}
    assert blame["web"]["waited_for"] == "slow" and blame["slow"]["ready_ms"] > 0
    rows = [line.split() for line in made.svctl("blame").splitlines()]
    assert rows[0] == ["TOOK", "NAME", "WAITED", "FOR"] and ["web", "slow"] in [row[-2:] for row in rows]


def test_graph(made):  # noqa: F811
    made.add("db")
    made.add("web", requires=["db"], wants=["nothing"])
    made.add("all", {"target": ""}, wants=["web"])
    made.start()
    made.await_phase("web", "ready")
    lines = made.svctl("graph", "all").splitlines()
    assert [line.split()[:2] for line in lines] == [["all", "done"], ["web", "ready"], ["db", "ready"], ["nothing", "missing"]] or lines[0].startswith("all")
    assert "    db  ready  requires" in lines and "    nothing  missing  wants" in lines
    dot = made.svctl("graph", "--dot", "--critical")
    assert dot.startswith("digraph services {") and '"web" -> "db" [label="requires"' in dot and "penwidth=3" in dot
    mermaid = made.svctl("graph", "--mermaid", "web")
    assert mermaid.startswith("flowchart LR\n") and "-->|requires|" in mermaid and "depengine" not in mermaid
    live = made.json("graph", "web")
    assert {node["name"] for node in live["nodes"]} == {"web", "db", "nothing"}
    assert made.tree.stop() == 0
    # the same from the files alone
    offline = made.json("graph", "web")
    assert offline["edges"] == live["edges"] and {node["name"] for node in offline["nodes"]} == {"web", "db", "nothing"}
    made.svctl("graph", "--critical", code=1)


def test_graph_as_svg(made):  # noqa: F811
    foreign_program("dot", "graphviz")
    made.add("web", wants=["db"])
    assert "<svg" in made.svctl("graph", "--svg")


def test_events(made):  # noqa: F811
    made.add("web", {"down": ""})
    made.start()
    listening = made.begin("events", "web", "--json")
    try:
        await_until(lambda: made.svctl("restart", "web") and True)
        phases = []
        while "ready" not in phases:
            event = json.loads(listening.stdout.readline())
            assert event["service"] == "web" and event["type"] == "event"
            phases.append(event["phase"])
    finally:
        listening.terminate()
        listening.communicate(timeout=PATIENCE)
    listening = made.begin("events")
    made.svctl("stop", "web")
    line = listening.stdout.readline()
    while "down" not in line:
        line = listening.stdout.readline()
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  web  down", line)
    made.tree.stop()
    _, said = listening.communicate(timeout=PATIENCE)
    assert listening.returncode == 1 and "the engine has ended" in said


def test_definitions(made):  # noqa: F811
    made.add("web")
    made.start()
    made.await_phase("web", "ready")
    assert made.svctl("list").split() == ["default", "depengine", "web"] == made.json("list")
    assert made.svctl("diff") == "nothing has changed since the definitions were loaded\n"
    assert made.json("diff")["loaded"] is False
    made.add("extra", {"down": ""})
    await_until(lambda: "extra" in made.phases())
    made.svctl("enable", "extra", "--in", "default")
    assert (made.directory / "default" / "wants" / "extra").exists()
    made.await_phase("extra", "ready")  # since default is up
    made.svctl("disable", "extra", "--in", "default")
    await_until(lambda: not (made.directory / "default" / "wants" / "extra").exists())
    made.svctl("disable", "web")
    assert (made.directory / "web" / "down").exists() and made.phases()["web"] == "ready"
    assert "removed" in made.svctl("enable", "web") and "is not there" in made.svctl("enable", "web")
    made.svctl("enable", "web", "--in", "extra", code=2)
    assert "is no target" in made.stderr
    assert made.json("reload-definitions")["type"] == "diff"


def test_changes_wait_for_reload_definitions(made):  # noqa: F811
    run = made.directory / "depengine" / "run"
    run.write_text(run.read_text().replace("depengine ..", "depengine --manual-reload .."))
    made.add("web")
    made.start()
    made.await_phase("web", "ready")
    made.add("late", requires=["web"])
    await_until(lambda: re.search(r"^added +late$", made.svctl("diff"), re.M), deadline=PATIENCE)
    out = made.svctl("diff")
    assert "late requires web" in out and re.search(r"^start +late", out, re.M)
    assert made.phases()["late"] != "ready"
    assert re.search(r"^added +late$", made.svctl("reload-definitions"), re.M)
    made.await_phase("late", "ready")


def test_instances(made):  # noqa: F811
    made.add("web@", {"down": "", "log": {"run": "#!/bin/sh\nexec cat >/dev/null\n"}})
    made.start()
    assert "made" in made.svctl("instance", "web", "1")
    assert (made.directory / "web@1" / "run").samefile(made.directory / "web@" / "run")
    assert not (made.directory / "web@1" / "down").exists()
    await_until(lambda: made.phases().get("web@1") == "ready", deadline=PATIENCE, what=made.phases)
    made.svctl("instance", "web@", "1", code=2)
    made.svctl("instance", "web", "a/b", code=2)
    made.svctl("instance", "wbe", "1", code=1)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_scripts(shell, tmp_path, bin_dir):
    path = tmp_path / "script"
    path.write_bytes(subprocess.run([program("svctl"), "completion", shell], capture_output=True, check=True).stdout)
    found = foreign_program(shell, shell)
    done = subprocess.run([found, "--no-execute" if shell == "fish" else "-n", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == ""


COMPLETE = r"""
eval "$(svctl completion bash)"
COMP_LINE=$1 COMP_POINT=${#1}
_svctl
printf '%s\n' "${COMPREPLY[@]}"
"""


def test_completion_in_bash(made):  # noqa: F811
    bash = foreign_program("bash", "bash")
    for name in ("web", "worker", "web@1", "db"):
        made.add(name)
    environment = {**made.tree.environment, "SVCTL_DIR": "/nowhere"}

    def complete(line):
        done = subprocess.run([bash, "-c", COMPLETE, "bash", line], capture_output=True, text=True, check=True, env=environment)
        assert done.stderr == ""
        return set(done.stdout.split())

    tree = f"svctl -C {made.directory} "
    assert {"start", "stop", "status", "reload-definitions", "completion"} <= complete("svctl ")
    assert complete("svctl re") == {"release", "restart", "reload", "reload-or-start", "reset", "reload-definitions"}
    assert complete(tree + "start w") == {"web", "worker", "web@1"}
    assert complete(tree + "start web d") == {"db", "default", "depengine"}
    assert complete(tree + "start web@") <= {"1", "web@1"}
    assert complete(tree + "plan try-") == {"try-restart", "try-reload"}
    assert complete(tree + "start --mode no") == {"no-stop"}
    assert complete("svctl tree re") == {"rescan"}
    assert complete("svctl completion ") == {"bash", "zsh", "fish"}
    assert {"--json", "--follow"} <= complete("svctl logs -")
    assert complete("svctl start ") == set()


# zsh offers through builtins that work in its line editor only: functions in their place print what is offered.
COMPLETE_ZSH = r"""
compadd() { local -a offered; while (( $# )); do case $1 in --) shift; offered+=("$@"); break;; -*) shift;; *) offered+=("$1"); shift;; esac; done; print -rl -- ${(M)offered:#$PREFIX*}; }
_describe() { local one; for one in ${(P)2}; do [[ ${one%%:*} == $PREFIX* ]] && print -r -- ${one%%:*}; done; }
_files() { print a-directory; }
compdef() { :; }
eval "$(svctl completion zsh)"
words=(${(z)1})
[[ $1 == *' ' ]] && words+=('')
CURRENT=$#words PREFIX=${words[-1]}
_svctl
"""
COMPLETE_FISH = """svctl completion fish | source
complete -C "$argv[1]"
"""


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_in_other_shells(made, tmp_path, shell):  # noqa: F811
    found = foreign_program(shell, shell)
    for name in ("web", "worker", "web@1", "db"):
        made.add(name)
    script = tmp_path / "complete"
    script.write_text(COMPLETE_ZSH if shell == "zsh" else COMPLETE_FISH, encoding="utf-8")
    environment = {**made.tree.environment, "SVCTL_DIR": "/nowhere"}
    options = ["-f"] if shell == "zsh" else ["--no-config"]

    def complete(line):
        done = subprocess.run([found, *options, script, line], capture_output=True, text=True, check=False, env=environment, timeout=30)
        assert done.stderr == ""
        return {offered.split("\t")[0] for offered in done.stdout.splitlines() if offered}

    tree = f"svctl -C {made.directory} "
    assert {"start", "stop", "status", "reload-definitions", "completion"} <= complete("svctl ")
    assert complete("svctl re") == {"release", "restart", "reload", "reload-or-start", "reset", "reload-definitions"}
    assert complete(tree + "start w") == {"web", "worker", "web@1"}
    assert {"db", "default", "depengine"} <= complete(tree + "start web d")
    assert complete("svctl start --mode no") == {"no-stop"}
    assert complete("svctl tree re") == {"rescan"}
    assert complete("svctl completion ") == {"bash", "zsh", "fish"}
    assert {"--json", "--follow"} <= complete("svctl logs --")
    assert complete("svctl start ") == set()


def test_the_page_names_what_the_tables_have():
    page = (SOURCE / "tools" / "svctl" / "svctl.1").read_text(encoding="utf-8")
    for mode in re.findall(r'\{mode::\w+, "([a-z-]+)"', (SOURCE / "depengine" / "request.hpp").read_text(encoding="utf-8")):
        assert re.search(rf"^\.It Cm {mode}$", page, re.M), mode
