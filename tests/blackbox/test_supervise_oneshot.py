"""Oneshots (`start`, `stop`) and targets."""

import pytest
from support import processes
from support.awaiting import stays
from support.service import recorded

AT_ONCE = {"restart-delay": "1 1 1"}


def test_a_oneshot_is_done_when_start_has_exited_0(service):
    one = service({"start": recorded("await go", "exit 0")})
    one.await_phase("starting")
    one.touch("go")
    now = one.await_phase("done")
    assert (now.pid, now.starts, now.want) == (0, 1, "up")
    assert now.ready_since > 0


def test_a_oneshot_that_is_done_is_not_started_again(service):
    one = service({"start": recorded("exit 0"), **AT_ONCE})
    one.await_phase("done")
    one.command("u")
    assert stays(lambda: one.status().starts == 1, 0.05)


def test_stop_runs_when_a_oneshot_goes_down(service):
    one = service({"start": recorded("exit 0"), "stop": recorded("environment SERVICE_RESULT", "mark undone")})
    one.await_phase("done")
    one.send("d")
    one.await_phase("down")
    assert one.events("mark", "stop")
    assert one.await_events("environment", 1, "stop")[0].rest.startswith("SERVICE_RESULT=")


def test_a_oneshot_without_stop_goes_down_at_once(service):
    one = service({"start": recorded("exit 0")})
    one.await_phase("done")
    one.send("d")
    assert one.await_phase("down").want == "down"


def test_a_failing_oneshot_is_tried_again(service):
    one = service({"start": recorded("unless-exists good", "exit 3", "exit 0"), **AT_ONCE})
    one.await_starts(3)
    assert one.status().wait_status == 3 << 8
    one.touch("good")
    one.await_phase("done")


def test_a_failing_oneshot_with_restart_never_is_given_up(service):
    one = service({"start": recorded("exit 3"), "restart": "never"})
    now = one.await_phase("failed")
    assert (now.starts, now.wait_status, now.give_up) == (1, 3 << 8, "not restarted by policy")


def test_a_running_start_can_be_stopped(service):
    one = service({"start": recorded("wait"), "stop": recorded("mark undone")})
    one.await_event("start")
    one.send("d")
    one.await_phase("down")


def test_restart_of_a_oneshot_runs_stop_then_start(service):
    one = service({"start": recorded("exit 0"), "stop": recorded("exit 0")})
    one.await_phase("done")
    one.send("r")
    one.await_starts(2)
    one.await_phase("done")
    assert [event.script for event in one.events("start")] == ["start", "stop", "start"]


def test_timeout_up_limits_start(service):
    one = service({"start": recorded("wait"), "timeout-up": "60", "restart": "never"})
    now = one.await_phase("failed")
    assert now.cause == "timeout"


def test_leftovers_of_start_are_killed(service):
    one = service({"start": recorded("daemon {", "wait", "}", "exit 0")})
    one.await_phase("done")
    forked = one.await_events("forked")[0].pid
    assert not processes.alive(forked)


@pytest.mark.parametrize("files", [{"run": recorded("wait"), "start": recorded("exit 0")}], ids=["run and start"])
def test_a_directory_with_run_and_start_says_which_one_counts(service, files):
    one = service(files)
    one.await_stderr("start")


def test_a_target_is_up_without_any_process(service):
    one = service({"target": ""})
    now = one.await_phase("done", "down")
    assert now.pid == 0
