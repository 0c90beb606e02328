"""finish: its arguments, environment, limits and verdict."""

import pytest
from support import processes
from support.awaiting import await_until
from support.service import RUNS, recorded

AT_ONCE = {"restart-delay": "1 1 1"}
TELLS = recorded("arguments", "environment SERVICE_RESULT", "process", "where", "exit 0")


@pytest.mark.parametrize(("end", "code", "number"), [("exit 0", "0", "0"), ("exit 7", "7", "0"), ("kill-self USR1", "-1", "10"), ("kill-self KILL", "-1", "9")])
def test_finish_arguments(service, end, code, number):
    one = service({"run": recorded(end), "finish": TELLS, "restart": "never"})
    pid = one.await_event("start", "run").pid
    assert one.await_event("arguments", "finish").rest == f"{code} {number} web {pid}"


@pytest.mark.parametrize(("end", "result"), [("exit 1", {"exited"}), ("kill-self USR1", {"killed"}), ("kill-self ABRT", {"killed", "dumped"})])
def test_service_result(service, end, result):
    one = service({"run": recorded(end), "finish": TELLS, "restart": "never"})
    assert one.await_event("environment", "finish").rest.removeprefix("SERVICE_RESULT=") in result


def test_service_result_timeout(service):
    one = service({"run": RUNS, "finish": TELLS, "notification-fd": "3", "timeout-up": "50", "restart": "never"})
    assert one.await_event("environment", "finish").rest == "SERVICE_RESULT=timeout"


def test_service_result_watchdog(service):
    one = service({"run": recorded("notify READY=1", "wait"), "finish": TELLS, "notify": "", "watchdog": "50", "restart": "never"})
    assert one.await_event("environment", "finish").rest == "SERVICE_RESULT=watchdog"


def test_service_result_health(service):
    one = service({"run": RUNS, "finish": TELLS, "health": recorded("exit 1"), "health-interval": "10", "health-failures": "1", "restart": "never"})
    assert one.await_event("environment", "finish").rest == "SERVICE_RESULT=health"


def test_finish_runs_after_a_commanded_stop_too(service):
    one = service({"run": RUNS, "finish": TELLS})
    one.await_phase("ready")
    one.send("d")
    one.await_phase("down")
    assert one.await_events("arguments", 1, "finish")[0].rest.startswith("-1 15 web ")


def test_finish_runs_before_every_restart(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("exit 0"), **AT_ONCE})
    one.await_events("start", 3, "run")
    assert [event.script for event in one.events("start")][:5] == ["run", "finish", "run", "finish", "run"]


def test_finish_has_the_directory_and_a_session_of_its_own(service):
    one = service({"run": recorded("exit 1"), "finish": TELLS, "restart": "never"})
    event = one.await_event("process", "finish")
    _, group, session = event.rest.split()
    assert group == session == str(event.pid)
    assert one.await_event("where", "finish").rest == str(one.directory)


def test_the_record_shows_finishing(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("await go"), "restart": "never"})
    now = one.await_phase("finishing")
    assert now.run_state == 2
    assert now.pid == one.await_event("start", "finish").pid
    one.touch("go")
    one.await_phase("failed")


def test_timeout_finish_kills_it_with_its_tree(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("on TERM ignore", "daemon {", "wait", "}", "wait"), "timeout-finish": "60", "restart": "never"})
    one.await_phase("failed")
    for pid in (one.await_events("forked")[0].pid, one.await_events("start", 1, "finish")[0].pid):
        await_until(lambda: not processes.alive(pid))


def test_timeout_finish_0_waits(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("sleep 250", "exit 0"), "timeout-finish": "0", "restart": "never"})
    one.await_phase("failed")
    assert one.events("exit", "finish")


def test_finish_125_gives_up_for_good(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("exit 125"), **AT_ONCE})
    now = one.await_phase("failed")
    assert (now.starts, now.give_up) == (1, "finish exited 125")
    one.send("u")
    one.await_starts(2)


def test_what_finish_left_behind_is_gone_before_the_next_start(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("daemon {", "wait", "}", "exit 0"), **AT_ONCE})
    one.await_starts(2)
    assert not processes.alive(one.await_events("forked")[0].pid)


def test_finish_does_not_run_when_the_start_itself_failed(service):
    one = service({"run": "#!/no/such/interpreter\n", "finish": TELLS})
    one.await_phase("backoff")
    assert not one.events(script="finish")


def test_a_finish_that_cannot_be_run_is_reported_and_passed_over(service):
    one = service({"run": recorded("exit 1"), "finish": "#!/no/such/interpreter\n", **AT_ONCE})
    one.await_starts(2)
    assert "finish" in one.stderr() and "/no/such/interpreter" in one.stderr()


def test_down_during_finish_means_down_after_it(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("await go"), **AT_ONCE})
    one.await_phase("finishing")
    one.command("d")
    one.touch("go")
    assert one.await_phase("down").starts == 1
