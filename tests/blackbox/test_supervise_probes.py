"""condition, health, reload and control/X: the programs beside run."""

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.service import RUNS, recorded, shell
from support.source_tables import letters

AT_ONCE = {"restart-delay": "1 1 1"}


def test_condition_0_goes_on(service):
    one = service({"run": RUNS, "condition": recorded("environment SERVICE", "exit 0")})
    one.await_event("start", "run")
    assert [event.script for event in one.events("start")] == ["condition", "run"]
    assert one.events("environment")[0].rest == "SERVICE=web"


@pytest.mark.parametrize("code", [1, 99])
def test_condition_1_to_99_skips_the_start(service, code):
    one = service({"run": RUNS, "condition": recorded(f"exit {code}")})
    now = one.await_phase("skipped")
    assert (now.starts, now.deaths, now.pid) == (0, 0, 0)
    assert "skipped" in now.flags
    assert stays(lambda: one.status().phase == "skipped", 0.05)


@pytest.mark.parametrize("end", ["exit 100", "exit 111", "kill-self KILL"])
def test_condition_100_and_above_is_an_error(service, end):
    one = service({"run": RUNS, "condition": recorded(end)})
    now = one.await_phase("backoff", "failed")
    assert (now.starts, now.cause) == (0, "failed")


def test_condition_is_asked_before_every_start(service):
    one = service({"run": recorded("exit 1"), "condition": recorded("if-exists enough", "exit 1", "exit 0"), **AT_ONCE})
    one.await_starts(2)
    one.touch("enough")
    one.await_phase("skipped")


def test_a_skipped_service_is_asked_again_at_up(service):
    one = service({"run": RUNS, "condition": recorded("unless-exists go", "exit 1", "exit 0")})
    one.await_phase("skipped")
    one.touch("go")
    one.send("u")
    now = one.await_phase("ready")
    assert "skipped" not in now.flags


def test_down_while_the_condition_runs(service):
    one = service({"run": RUNS, "condition": recorded("wait")})
    pid = one.await_event("start", "condition").pid
    one.send("d")
    assert one.await_phase("down").starts == 0
    await_until(lambda: not processes.alive(pid))


def test_health_failures_in_a_row_restart_it(service):
    one = service({"run": RUNS, "health": recorded("exit 1"), "health-interval": "10", "health-failures": "3", **AT_ONCE})
    one.await_starts(2)
    assert one.await_deaths()[0].cause == "health"
    second = one.await_events("start", 2, "run")[1].time
    # Each notes its own start: on a busy machine the second run may come to that after the first that asks for its health.
    assert len([event for event in one.events("start", "health") if event.time < second]) in (3, 4)


def test_one_good_health_in_between_forgives(service):
    every_second = shell("if [ -e bad ]; then rm bad; exit 1; fi", "touch bad", "echo . >>asked")
    one = service({"run": RUNS, "health": every_second, "health-interval": "10", "health-failures": "2", **AT_ONCE})
    await_until(lambda: one.path("asked").exists() and len(one.path("asked").read_text()) >= 8)
    assert one.status().starts == 1


def test_a_health_that_hangs_is_killed_and_counts_as_a_failure(service):
    one = service(
        {"run": RUNS, "health": recorded("daemon {", "wait", "}", "wait"), "health-interval": "10", "health-timeout": "50", "health-failures": "1", **AT_ONCE}
    )
    one.await_starts(2)
    assert one.await_deaths()[0].cause == "health"
    pid = one.await_events("start", 1, "health")[0].pid
    await_until(lambda: not processes.alive(pid))


def test_health_begins_only_when_it_is_ready(service):
    one = service({"run": recorded("await go", "write 3", "wait"), "notification-fd": "3", "health": recorded("exit 0"), "health-interval": "5"})
    one.await_phase("up")
    assert stays(lambda: not one.events("start", "health"), 0.05)
    one.touch("go")
    one.await_event("start", "health")


def test_the_reload_file_is_run_instead_of_hup(service):
    one = service({"run": recorded("on HUP record", "mark prepared", "wait"), "reload": recorded("environment SERVICE", "exit 0")})
    one.await_event("mark")
    one.send("l")
    one.await_event("exit", "reload")
    assert not one.events("signal")
    assert one.status().starts == 1


@pytest.mark.parametrize("letter", [row for row in letters() if row.command == "signal"], ids=lambda row: row.name)
def test_control_x_is_run_instead_of_the_signal(service, letter):
    one = service({"run": recorded("on all record", "mark prepared", "wait"), f"control/{letter.name}": recorded("exit 0"), "timeout-kill": "50"})
    one.await_event("mark")
    one.send(letter.name)
    one.await_event("exit", letter.name)
    one.command("c")
    assert [event.rest for event in one.events("signal") if event.rest != "CONT"] == []
    assert one.status().starts == 1


def test_control_x_that_does_not_exit_0_lets_the_signal_through(service):
    one = service({"run": recorded("on HUP record", "mark prepared", "wait"), "control/h": recorded("exit 1")})
    one.await_event("mark")
    one.send("h")
    one.await_event("signal", rest="HUP")


def test_control_d_stands_in_for_the_stop_signal(service):
    one = service({"run": recorded("on TERM record", "mark prepared", "await go", "exit 0"), "control/d": recorded("touch go", "exit 0")})
    one.await_event("mark")
    one.send("d")
    one.await_phase("down")
    assert not one.events("signal")


def test_a_control_d_that_does_not_help_leaves_the_ladder_in_force(service):
    one = service({"run": recorded("on TERM record", "mark prepared", "wait"), "control/d": recorded("exit 0"), "timeout-kill": "80"})
    one.await_event("mark")
    one.send("d")
    one.await_phase("down")
