"""Pairs of service and logger, the catch-all logger, and what a supervise is started with."""

import os
import signal

import pytest
from support import processes
from support.awaiting import await_until
from support.service import shell
from svscan_tree import COPIES, SLEEPS, tree_id


def descriptor(pid, number):
    return os.readlink(f"/proc/{pid}/fd/{number}")


def test_one_pipe_joins_service_and_logger(tree):
    tree.add("web", log=COPIES)
    tree.start()
    web, log = tree.await_up("web"), tree.await_up("web/log")
    assert descriptor(web, 1) == descriptor(log, 0)
    assert descriptor(web, 1).startswith("pipe:")
    assert descriptor(web, 0) == "/dev/null"


@pytest.mark.parametrize("victim", ["web", "web/log"])
@pytest.mark.parametrize("what", ["service", "supervise"])
def test_no_line_is_lost_when_one_side_is_killed(tree, victim, what):
    run = shell("i=$(cat last 2>/dev/null || echo 0)", "trap 'ends=1' TERM",
                "while [ $i -lt 20000 ]; do",
                "  i=$((i+1)); echo $i",
                "  test -z \"$ends\" || { echo $i >last; exit 0; }",
                "done", "echo $i >last", "exec sleep 10000")
    tree.add("web", run, log=COPIES)
    tree.start()
    tree.await_up("web")
    tree.await_up("web/log")
    out = tree.directory / "web" / "log" / "out"
    await_until(lambda: out.exists() and out.stat().st_size > 1000)
    if what == "supervise":
        os.kill(tree.supervise_pid(victim), signal.SIGKILL)
    elif victim == "web":
        os.kill(tree.main_pid(victim), signal.SIGTERM)
    else:
        # cat may have read what it has not yet written; between TERM and its end it writes nothing, so stop it idle
        await_until(lambda: out.read_text().endswith("20000\n"), deadline=30)
        os.kill(tree.main_pid(victim), signal.SIGTERM)
        return
    await_until(lambda: out.read_text().endswith("20000\n"), deadline=30, what=lambda: out.read_text()[-100:])
    assert [int(line) for line in out.read_text().split()] == list(range(1, 20001))


def test_without_log_output_goes_where_svscan_writes(tree):
    tree.add("web", shell("echo hello; exec sleep 10000"))
    tree.start()
    await_until(lambda: tree.output.read_text() == "hello\n")


def test_the_catch_all_logger_gets_the_output_of_the_others(tree):
    tree.add("web", shell("echo hello from web; exec sleep 10000"))
    tree.add("pair", shell("echo hello from pair; exec sleep 10000"), log=COPIES)
    (tree.directory / ".svscan").mkdir()
    tree.add(".svscan/log", COPIES)
    tree.start()
    await_until(lambda: (tree.directory / ".svscan/log/out").exists() and (tree.directory / "pair/log/out").exists())
    await_until(lambda: (tree.directory / ".svscan/log/out").read_text() == "hello from web\n")
    await_until(lambda: (tree.directory / "pair/log/out").read_text() == "hello from pair\n")
    logger = tree.await_up(".svscan/log")
    assert tree.stop() == 0
    assert not processes.alive(logger)
    assert tree.output.read_text() == ""


def test_the_catch_all_logger_ends_last(tree):
    tree.add("web", shell("trap 'echo last; exit' TERM", "echo first; while :; do sleep 0.01; done"))
    (tree.directory / ".svscan").mkdir()
    tree.add(".svscan/log", COPIES)
    tree.start()
    out = tree.directory / ".svscan/log/out"
    await_until(lambda: out.exists() and out.read_text() == "first\n")
    assert tree.stop() == 0
    assert out.read_text() == "first\nlast\n"


def test_what_a_supervise_is_started_with(tree):
    tree.add("web", log=COPIES)
    tree.start()
    tree.await_up("web")
    tree.await_up("web/log")
    identity = tree_id(tree)
    main, logger = tree.supervise_pid("web"), tree.supervise_pid("web/log")
    assert processes.command_line(main) == f"supervise -t {identity} web"
    assert processes.command_line(logger) == f"supervise -t {identity} web/log"
    assert processes.session(main) == main, "a terminal's interrupt must not reach it"
    assert tree.record("web").tree == identity


def test_a_tree_with_an_engine(tree):
    (tree.directory / ".depengine").mkdir()
    tree.add("web", log=COPIES)
    tree.add("early", early="")
    tree.start()
    tree.await_up("web/log")
    tree.await_up("early")
    await_until(lambda: tree.supervise_pid("web"))
    assert " -e " in processes.command_line(tree.supervise_pid("web"))
    assert " -e " not in processes.command_line(tree.supervise_pid("web/log"))
    assert tree.main_pid("web") is None


def test_a_supervise_that_ends_unasked_is_started_again_at_first_after_1_s(tree):
    tree.add("web", SLEEPS)
    tree.start()
    service, supervise = tree.await_up("web"), tree.supervise_pid("web")
    os.kill(supervise, signal.SIGKILL)
    tree.await_new_supervise("web", supervise)
    assert "web: supervise killed by KILL; started again" in tree.messages()
    assert tree.main_pid("web") == service, "the service went on"
    assert tree.record("web").starts == 1


def test_the_end_of_a_service_whose_supervise_was_killed_is_known(tree):
    """The zombie is left until the adopting supervise has its pidfd."""
    tree.add("web", shell("test -e again && exec sleep 10000", "touch again", "while test ! -e ../go; do sleep 0.01; done", "exit 7"))
    tree.start()
    service, supervise = tree.await_up("web"), tree.supervise_pid("web")
    os.kill(supervise, signal.SIGSTOP)
    (tree.directory / "go").touch()
    await_until(lambda: processes.state(service) == "Z")
    os.kill(supervise, signal.SIGKILL)
    tree.await_new_supervise("web", supervise)
    await_until(lambda: tree.record("web").deaths == 1 and tree.main_pid("web") not in (None, service), deadline=15,
                what=lambda: f"{tree.record('web')}")
    assert tree.record("web").wait_status >> 8 == 7
    await_until(lambda: processes.state(service) is None)


def test_other_orphans_are_reaped(tree):
    tree.add("web", shell("(sleep 0.2; exec sleep 0.3) &", "exec sleep 10000"))
    tree.start()
    tree.await_up("web")
    supervise = tree.supervise_pid("web")
    os.kill(supervise, signal.SIGKILL)
    tree.await_new_supervise("web", supervise)
    zombies = lambda: [pid for pid in processes.marked("") if processes.state(pid) == "Z"]  # noqa: E731
    await_until(lambda: not zombies())
