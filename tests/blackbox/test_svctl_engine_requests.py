"""svctl asks the engine for something: start, stop and their kin, and what can come between."""

import signal
import subprocess

from support import processes
from support.awaiting import await_until
from support.service import shell
from svctl_tree import FAILS, PATIENCE, READY_ON_GO, made  # noqa: F401  (fixture)


def last_words(text):
    """{service: [verb, result, ...]} of the result's lines, which stand at the end."""
    return {line.split()[0]: line.split()[1:] for line in text.splitlines()}


def test_start_stop_and_their_kin(made):  # noqa: F811
    made.add("db", {"down": ""})
    made.add("web", {"down": ""}, requires=["db"])
    made.add("other", {"down": ""})
    made.start()
    out = made.svctl("start", "web")
    assert out.splitlines()[-1].split() == ["web", "start", "done"]
    assert out.index("db   ready\n") < out.index("web  ready\n")
    assert made.phases()["db"] == made.phases()["web"] == "ready"
    assert made.svctl("start", "web").split() == ["web", "start", "already"]
    assert last_words(made.svctl("verify", "web", "db")) == {"web": ["verify", "done"], "db": ["verify", "done"]}
    made.svctl("verify", "other", code=1)

    pid = made.tree.main_pid("web")
    assert "web  restart  done" in made.svctl("restart", "web")
    assert made.tree.main_pid("web") not in (None, pid)
    assert "reload  done" in made.svctl("reload", "web")
    assert made.phases()["other"] == "down"
    made.svctl("try-restart", "other")
    assert made.phases()["other"] == "down"

    out = made.svctl("stop", "db")
    assert made.phases()["web"] == made.phases()["db"] == "down"
    assert out.index("web  down") < out.index("db   down")
    (web,) = made.json("status", "web")["services"]
    assert web["engine"]["intent"] == "up" and "db" in web["engine"]["waits_for"]
    assert "stopped by hand" in made.svctl("status", "db") and "needs db" in made.svctl("status", "web")
    # asked for again: what needs it comes back too
    made.svctl("start", "db")
    made.await_phase("web", "ready")
    # only web holds db once nobody asks for it
    made.svctl("release", "db")
    assert made.phases()["db"] == "ready" and "held by web" in made.svctl("status", "db")
    made.svctl("isolate", "other")
    await_until(lambda: (made.phases()["web"], made.phases()["db"]) == ("down", "down"), what=made.phases)
    assert made.phases()["depengine"] == "ready"


def test_refusals(made):  # noqa: F811
    made.add("web", {"refuse": "stop\n"})
    made.add("left", {"down": ""}, conflicts=["right"])
    made.add("right", {"down": ""})
    made.add("logged", {"log": {"run": shell("exec cat >/dev/null")}})
    made.start()
    made.await_phase("web", "ready")
    assert made.svctl("stop", "web", code=2) == "" and "refused" in made.stderr
    assert made.phases()["web"] == "ready"
    made.svctl("start", "left", "right", code=2)
    assert "left" in made.stderr and "right" in made.stderr
    made.svctl("stop", "depengine", code=2)
    assert "svc -d" in made.stderr
    made.svctl("stop", "logged/log", code=2)
    assert "svc -t" in made.stderr
    made.svctl("start", "wbe", code=1)
    assert "did you mean web?" in made.stderr
    made.svctl("stop", "x*", code=1)
    # nothing to be refused in a pattern but the engine, which is not meant by it
    (made.directory / "web" / "refuse").unlink()
    await_until(lambda: "nothing has changed" in made.svctl("diff"))
    made.svctl("stop", "*")
    assert set(made.phases().values()) <= {"ready", "down"} and made.phases()["depengine"] == "ready" and made.phases()["web"] == "down"
    # in the form of lines of the engine
    (refused,) = made.lines("start", "left", "right", code=2)
    assert refused["type"] == "result" and refused["refusals"] and not refused["ok"]


def test_wrong_usage(made):  # noqa: F811
    for words, hint in (
        (["start"], "needs the name of a service"),
        (["start", "default", "--mode", "replce"], "did you mean replace?"),
        (["start", "default", "--timeout", "soon"], "is no duration"),
        (["stop", "default", "A=B"], "only start and restart take variables"),
        (["start", "default", "A-B=C"], "is no name of a variable"),
        (["plan", "strat", "default"], "did you mean start?"),
        (["tree", "restart"], "rescan"),
        (["graph", "--dot", "--json"], "one of them"),
    ):
        made.svctl(*words, code=100)
        assert hint in made.stderr, made.stderr


def test_variables_are_for_one_start(made):  # noqa: F811
    web = made.add("web", {"run": shell('echo "${WORD-none}" >>seen', "exec sleep 10000"), "down": ""})
    made.start()
    made.svctl("start", "web", "WORD=two words")
    await_until(lambda: (web / "seen").exists() and (web / "seen").read_text() == "two words\n")
    made.svctl("start", "web", "WORD=late", code=2)
    assert "svctl restart web KEY=VALUE" in made.stderr
    made.svctl("restart", "web")
    await_until(lambda: (web / "seen").read_text() == "two words\nnone\n", what=(web / "seen").read_text)
    made.svctl("restart", "web", "WORD=")
    await_until(lambda: (web / "seen").read_text().count("\n") == 3)
    assert not list((web / "supervise").glob("start-env/*"))


def test_waiting(made):  # noqa: F811
    slow = made.add("slow", {**READY_ON_GO, "down": ""})
    made.add("after", {"down": ""}, requires=["slow"])
    made.add("fails", {**FAILS, "down": ""})
    made.add("needs", {"down": ""}, requires=["fails"])
    made.start()

    out = made.svctl("start", "after", "--no-wait")
    assert [line.split()[:2] for line in out.splitlines() if line] == [["start", "slow"], ["start", "after"]]
    out = made.svctl("start", "after", "--timeout", "50ms", code=3)
    assert "timeout  it is down; what was begun goes on" in out

    waiting = made.begin("start", "after")
    assert waiting.stdout.readline() == "after  down  (starts once slow is ready)\n"
    waiting.send_signal(signal.SIGINT)
    _, said = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == -signal.SIGINT and "what was begun goes on" in said

    (slow / "go").touch()
    made.await_phase("after", "ready")

    out = made.svctl("start", "fails", code=1)
    assert "fails  start  failed" in out and "exited 7" in out
    lines = made.lines("start", "needs", code=1)
    assert lines[0]["type"] == "plan" and lines[-1]["type"] == "result"
    (result,) = lines[-1]["results"]
    assert result["result"] in ("dependency", "held") and result["culprit"] == "fails"
    why = made.svctl("why", "needs")
    assert why.index("  fails: ") < why.index("  needs: ")


def test_the_engine_dies_while_it_is_waited_for(made):  # noqa: F811
    slow = made.add("slow", {**READY_ON_GO, "down": ""})
    made.start()
    waiting = made.begin("start", "slow")
    assert "slow" in waiting.stdout.readline()
    made.await_phase("slow", "up")
    engine = made.tree.main_pid("depengine")
    subprocess.run(["kill", "-KILL", str(engine)], check=True)
    _, said = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 1 and "the engine ended before the result" in said
    await_until(lambda: not processes.alive(engine))
    (slow / "go").touch()
    made.await_phase("slow", "ready")


def test_the_same_key_joins(made):  # noqa: F811
    made.add("web")
    made.start()
    made.await_phase("web", "ready")
    made.svctl("restart", "web", "--key", "once")
    pid = made.tree.main_pid("web")
    assert "done" in made.svctl("restart", "web", "--key", "once")
    assert made.tree.main_pid("web") == pid
    made.svctl("stop", "web", "--key", "once", code=2)
