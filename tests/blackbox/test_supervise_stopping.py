"""The stop ladder, who gets its signals, and what becomes of descendants."""

import os
import signal

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.service import RUNS, recorded, supervised_processes

AT_ONCE = {"restart-delay": "1 1 1"}
STUBBORN = recorded("on TERM ignore", "on INT ignore", "mark prepared", "wait")


@pytest.mark.parametrize("value", ["INT", "SIGINT", "2", " 2 \n"])
def test_down_signal(service, value):
    one = service({"run": recorded("on all record", "on INT exit 0", "mark prepared", "wait"), "down-signal": value})
    one.await_event("mark")
    one.send("d")
    one.await_phase("down")
    assert one.events("signal")[0].rest == "INT"


def test_down_signal_is_also_that_of_a_restart(service):
    one = service({"run": recorded("on QUIT exit 0", "mark prepared", "wait"), "down-signal": "QUIT"})
    one.await_event("mark")
    one.send("r")
    one.await_starts(2)
    assert one.events("signal")[0].rest == "QUIT"


def test_a_paused_service_can_be_stopped(service):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    one.send("p")
    await_until(lambda: processes.state(pid) == "T")
    one.send("d")
    one.await_phase("down")


def test_the_record_says_that_the_stop_signal_was_sent(service):
    one = service({"run": recorded("on TERM record", "mark prepared", "await go", "exit 0")})
    one.await_event("mark")
    one.send("d")
    now = one.await_status(lambda now: now.stop_sent)
    assert (now.phase, now.want, now.run_state) == ("stopping", "down", 1)
    one.touch("go")
    assert not one.await_phase("down").stop_sent


def test_timeout_kill_kills_what_does_not_end(service):
    one = service({"run": STUBBORN, "timeout-kill": "80"})
    one.await_event("mark")
    one.send("d")
    now = one.await_phase("down")
    assert (now.cause, now.wait_status) == ("killed", signal.SIGKILL)


def test_timeout_kill_0_is_never(service):
    one = service({"run": STUBBORN, "timeout-kill": "0"})
    one.await_event("mark")
    one.send("d")
    one.await_phase("stopping")
    assert stays(lambda: one.status().phase == "stopping", 0.3)
    one.send("k")
    one.await_phase("down")


def test_timeout_kill_kills_the_whole_tree(service):
    run = recorded("on TERM ignore", "daemon {", "on TERM ignore", "wait", "}", "child {", "wait", "}", "mark prepared", "wait")
    one = service({"run": run, "timeout-kill": "50", "kill-mode": "main"})
    one.await_event("mark")
    one.send("d")
    one.await_phase("down")
    assert supervised_processes(one) == []


def test_stop_steps_are_climbed_in_order(service):
    one = service({"run": recorded("on all record", "mark prepared", "wait"), "stop-steps": "HUP 40\nINT 40\nQUIT 40\n"})
    one.await_event("mark")
    one.send("d")
    assert one.await_phase("down").wait_status == signal.SIGKILL
    assert [event.rest for event in one.events("signal") if event.rest != "CONT"] == ["HUP", "INT", "QUIT"]


def test_stop_steps_end_where_the_service_ends(service):
    one = service({"run": recorded("on HUP record", "on INT exit 0", "mark prepared", "wait"), "stop-steps": "HUP 40\nINT 4000\nKILL 0"})
    one.await_event("mark")
    one.send("d")
    assert one.await_phase("down").cause == "exited"


FAMILY = recorded("on TERM exit 0", "child {", "on TERM record", "mark same-session", "wait", "}", "daemon {", "on TERM record", "mark own-session", "wait", "}", "mark prepared", "wait")


@pytest.mark.parametrize(("mode", "told"), [("main", 1), ("group", 2), ("tree", 3)])
def test_kill_mode_says_who_gets_the_down_signal(service, mode, told):
    # `leftovers` is `keep`, so that the children live long enough to record what they got.
    one = service({"run": FAMILY, "kill-mode": mode, "leftovers": "keep"})
    one.await_events("mark", 3)
    one.send("d")
    one.await_events("signal", told, rest="TERM")
    one.await_phase("down")
    assert len(one.await_events("signal", told, rest="TERM")) == told
    for pid in supervised_processes(one):
        os.kill(pid, signal.SIGKILL)
    await_until(lambda: not supervised_processes(one))


def test_leftovers_are_killed_after_the_main_process(service):
    one = service({"run": recorded("daemon {", "on TERM ignore", "on HUP ignore", "wait", "}", "mark prepared", "wait")})
    one.await_event("mark")
    one.send("d")
    one.await_phase("down")
    assert supervised_processes(one) == []


def test_leftovers_are_gone_before_the_next_start(service):
    one = service({"run": recorded("daemon {", "wait", "}", "mark prepared", "wait"), **AT_ONCE})
    one.await_event("mark")
    old = one.await_events("forked")[0].pid
    one.send("k")
    one.await_events("start", 2, "run")
    assert not processes.alive(old)


def test_leftovers_keep_lets_them_live(service):
    one = service({"run": recorded("daemon {", "wait", "}", "mark prepared", "wait"), "leftovers": "keep"})
    one.await_event("mark")
    kept = one.await_events("forked")[0].pid
    one.send("d")
    one.await_phase("down")
    assert processes.alive(kept)
    os.kill(kept, signal.SIGKILL)
    await_until(lambda: not processes.alive(kept))


def test_a_storm_of_double_forks_is_killed_empty(service):
    run = recorded("on TERM ignore", "child {", "storm 1000 2000", "wait", "}", "storm 1000 2000", "wait")
    one = service({"run": run, "timeout-kill": "1"})
    await_until(lambda: len(supervised_processes(one)) > 200, deadline=30)
    one.send("d")
    one.await_phase("down", deadline=60)
    assert supervised_processes(one) == []


def test_down_while_down_changes_nothing(service):
    one = service({"run": RUNS, "down": ""})
    one.command("dd")
    assert one.status().phase == "down"


def test_term_to_supervise_stops_the_service_in_order(service):
    one = service({"run": recorded("on TERM record", "on TERM exit 0", "mark prepared", "wait")})
    one.await_event("mark")
    os.kill(one.supervise_pid, signal.SIGTERM)
    one.await_exit()
    # daemontools' supervise dies of it and leaves the service; whichever it is, the next one must know where it stands.
    one.start()
    one.await_phase("ready")
