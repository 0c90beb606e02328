"""What follows a death: restart policies, backoff, the tally, the ring of deaths."""

import time

import pytest
from support.awaiting import stays
from support.service import RUNS, recorded

AT_ONCE = {"restart-delay": "1 1 1"}


def test_it_is_restarted_after_a_death(service):
    one = service({"run": recorded("unless-exists go", "exit 1", "wait"), **AT_ONCE})
    now = one.await_starts(3)
    assert now.deaths >= 2 and now.want == "up"
    one.touch("go")
    one.await_phase("ready")


def test_an_exit_0_is_restarted_too(service):
    one = service({"run": recorded("exit 0"), **AT_ONCE})
    one.await_starts(3)


ENDS = {
    "exit 0": True,
    "exit 1": False,
    "kill-self HUP": True,
    "kill-self INT": True,
    "kill-self TERM": True,
    "kill-self PIPE": True,
    "kill-self USR1": False,
    "kill-self KILL": False,
}


@pytest.mark.parametrize("end", ENDS)
def test_restart_on_failure(service, end):
    one = service({"run": recorded(end), "restart": "on-failure", **AT_ONCE})
    if ENDS[end]:
        assert one.await_phase("down").starts == 1
        assert stays(lambda: one.status().starts == 1, 0.05)
    else:
        one.await_starts(3)


@pytest.mark.parametrize("end", ENDS)
def test_restart_never(service, end):
    one = service({"run": recorded(end), "restart": "never", **AT_ONCE})
    now = one.await_phase("down" if ENDS[end] else "failed")
    assert now.starts == 1
    assert now.give_up == ("none" if ENDS[end] else "not restarted by policy")


@pytest.mark.parametrize(("value", "end", "success"), [("0 3", "exit 3", True), ("3", "exit 0", True), ("3", "exit 4", False), ("0 USR1", "kill-self USR1", True), ("0 SIGABRT 7", "exit 7", True)])
def test_success_exit(service, value, end, success):
    one = service({"run": recorded(end), "restart": "never", "success-exit": value})
    one.await_phase("down" if success else "failed")


def test_up_after_giving_up_starts_it_again(service):
    one = service({"run": recorded("unless-exists go", "exit 1", "wait"), "restart": "never"})
    one.await_phase("failed")
    one.touch("go")
    one.send("u")
    assert one.await_phase("ready").give_up == "none"


def gaps(one, count):
    """Seconds from each end of the first `count` runs, told right before it, to the next start, told some time after it on a busy machine."""
    starts = [event.time for event in one.await_events("start", count, "run")]
    return [start - end.time for end, start in zip(one.events("exit", "run"), starts[1:])]


def test_quick_deaths_back_off_by_the_factor_up_to_the_maximum(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "100 3 400"})
    found = gaps(one, 5)
    for gap, expected in zip(found, (0.1, 0.3, 0.4, 0.4)):
        assert gap >= expected * 0.9 - 0.01  # 10 % jitter
    assert found[3] < 2  # which would be 2.7 without the maximum


def test_the_next_start_is_visible_in_backoff(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "60000 2 60000"})
    now = one.await_phase("backoff")
    assert 50 < now.next_start / 1000 - time.time() < 70
    assert (now.pid, now.run_state) == (0, 0)


def test_settings_that_change_during_the_backoff_count_for_the_next_start(service):
    one = service({"run": recorded("unless-exists go", "exit 1", "wait"), "restart-delay": "300 1 300"})
    one.await_phase("backoff")
    (one.directory / "notification-fd").write_text("3\n")
    one.touch("go")
    assert one.await_starts(one.status().starts + 1).phase == "up"


def test_up_cuts_the_backoff_short(service):
    one = service({"run": recorded("unless-exists go", "exit 1", "wait"), "restart-delay": "60000 2 60000"})
    one.await_phase("backoff")
    one.touch("go")
    one.send("u")
    now = one.await_phase("ready")
    assert now.next_start == 0


def test_down_ends_the_backoff(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "60000 2 60000"})
    one.await_phase("backoff")
    one.send("d")
    assert one.await_phase("down").next_start == 0


def test_exit_in_backoff_ends_supervise(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "60000 2 60000"})
    one.await_phase("backoff")
    one.send("x")
    assert one.await_exit() == 0


def test_a_service_that_ran_longer_than_the_minimum_restarts_at_once(service):
    one = service({"run": recorded("sleep 150", "exit 1"), "restart-delay": "100 2 100000"})
    one.await_events("start", 6, "run")
    exits = [event.time for event in one.events("exit", "run")]
    starts = [event.time for event in one.events("start", "run")]
    # A busy machine may delay any of them; what waits its 100 ms never comes earlier.
    assert min(start - end for end, start in zip(exits, starts[1:])) < 0.08


def test_max_death_tally_gives_up(service):
    one = service({"run": recorded("exit 1"), "max-death-tally": "3 60", **AT_ONCE})
    now = one.await_phase("failed")
    assert (now.starts, now.deaths, now.give_up) == (3, 3, "too many deaths")


def test_up_after_too_many_deaths_begins_a_new_tally(service):
    one = service({"run": recorded("exit 1"), "max-death-tally": "3 60", **AT_ONCE})
    one.await_phase("failed")
    one.send("u")
    one.await_starts(6)
    assert one.await_phase("failed").starts == 6


def test_reset_forgets_the_tally_without_starting(service):
    one = service({"run": recorded("exit 1"), "max-death-tally": "2 60", **AT_ONCE})
    one.await_phase("failed")
    one.send("0")
    assert one.await_phase("down").starts == 2


def test_deaths_spread_over_a_longer_time_are_no_reason_to_give_up(service):
    one = service({"run": recorded("sleep 400", "exit 1"), "max-death-tally": "4 1", **AT_ONCE})
    one.await_starts(6)


def test_the_ring_keeps_the_last_32_deaths(service):
    one = service({"run": recorded("exit 5"), **AT_ONCE})
    one.await_status(lambda now: now.deaths >= 40)
    one.send("d")
    total = one.await_phase("down").deaths
    ring = one.await_deaths(32)
    assert len(ring) == 32
    assert {death.wait_status for death in ring} == {5 << 8}
    pids = [event.pid for event in one.events("start", "run")][:total]
    assert [death.pid for death in ring] == pids[-32:]


def test_the_ring_tells_uptime_and_cause(service):
    one = service({"run": recorded("sleep 120", "kill-self SEGV"), "restart": "never"})
    one.await_phase("failed")
    (death,) = one.await_deaths()
    assert 100 <= death.uptime_ms <= 2000
    assert death.cause in ("killed", "dumped")
    assert death.wait_status & 0x7F == 11
    assert abs(death.time - time.time()) < 60


def test_a_commanded_end_is_no_death(service):
    one = service({"run": RUNS, **AT_ONCE})
    one.await_phase("ready")
    one.send("r")
    one.await_starts(2)
    one.await_phase("ready")
    one.send("k")
    one.await_starts(3)
    assert one.status().deaths == 0
    assert one.deaths() == []


def test_commands_are_taken_during_backoff(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "60000 2 60000"})
    one.await_phase("backoff")
    one.command("hac")
    assert one.status().phase == "backoff"
