"""When a service counts as ready: notification-fd, check, nothing; and timeout-up."""

from support import processes
from support.awaiting import stays
from support.service import RUNS, recorded, shell

AT_ONCE = {"restart-delay": "1 1 1"}


def test_without_any_readiness_source_it_is_ready_when_exec_d(service):
    one = service({"run": RUNS})
    now = one.await_phase("ready")
    assert now.ready_since >= now.changed > 0
    assert now.readiness == 1


def test_a_newline_on_the_notification_fd_makes_it_ready(service):
    one = service({"run": recorded("await go", "write 3", "close 3", "wait"), "notification-fd": "3"})
    assert one.await_phase("up").ready_since == 0
    one.touch("go")
    assert one.await_phase("ready").ready_since > 0


def test_bytes_without_a_newline_on_the_notification_fd_do_not(service):
    one = service({"run": shell("printf abc >&5", "touch written", "exec sleep 1000"), "notification-fd": "5"})
    one.await_phase("up")
    while not one.path("written").exists():
        one.await_phase("up")
    assert stays(lambda: one.status().phase == "up", 0.1)


def test_closing_the_notification_fd_without_a_word_leaves_it_not_ready(service):
    one = service({"run": recorded("close 3", "mark closed", "wait"), "notification-fd": "3"})
    one.await_event("mark")
    assert stays(lambda: one.status().phase == "up", 0.1)


def test_the_notification_fd_is_the_named_one(service):
    one = service({"run": recorded("descriptors", "write 7", "wait"), "notification-fd": "7"})
    one.await_phase("ready")
    assert [word.split("=")[0] for word in one.await_event("descriptors").rest.split()] == ["0", "1", "2", "7"]


def test_a_run_that_keeps_writing_to_the_notification_fd_disturbs_nothing(service):
    one = service({"run": shell("echo >&3", "yes >&3 2>/dev/null", "exec sleep 1000"), "notification-fd": "3"})
    one.await_phase("ready")
    one.command("c")
    assert one.status().phase == "ready"


def test_a_death_before_readiness_is_a_death(service):
    one = service({"run": recorded("exit 1"), "notification-fd": "3", **AT_ONCE})
    now = one.await_starts(3)
    assert now.readiness == 0


def test_check_makes_it_ready_at_its_first_exit_0(service):
    one = service({"run": RUNS, "check": recorded("unless-exists go", "exit 1", "exit 0"), "check-interval": "10"})
    one.await_events("start", 3, "check")
    assert one.status().phase == "up"
    one.touch("go")
    one.await_phase("ready")


def test_check_is_not_run_any_more_once_it_is_ready(service):
    one = service({"run": RUNS, "check": recorded("exit 0"), "check-interval": "5"})
    one.await_phase("ready")
    count = len(one.events("start", "check"))
    assert stays(lambda: len(one.events("start", "check")) == count, 0.1)


def test_the_check_interval_doubles(service):
    one = service({"run": RUNS, "check": recorded("exit 1"), "check-interval": "20"})
    times = [event.time for event in one.await_events("start", 5, "check")]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert gaps[-1] > 2.5 * gaps[0]
    assert gaps[0] >= 0.019


def test_check_gets_the_services_environment(service):
    one = service({"run": RUNS, "check": recorded("environment SERVICE", "where", "exit 0"), "check-interval": "5"})
    one.await_phase("ready")
    assert one.await_events("environment", 1, "check")[0].rest == "SERVICE=web"
    assert one.await_events("where", 1, "check")[0].rest == str(one.directory)


def test_a_check_that_hangs_does_not_overlap_itself_and_ends_with_the_service(service):
    one = service({"run": RUNS, "check": recorded("wait"), "check-interval": "5"})
    hanging = one.await_event("start", "check").pid
    assert stays(lambda: len(one.events("start", "check")) == 1, 0.1)
    one.send("d")
    one.await_phase("down")
    assert not processes.alive(hanging)


def test_notification_fd_goes_before_check(service):
    one = service({"run": recorded("await go", "write 3", "wait"), "notification-fd": "3", "check": recorded("exit 0"), "check-interval": "1"})
    one.await_phase("up")
    assert stays(lambda: one.status().phase == "up", 0.05)
    one.touch("go")
    one.await_phase("ready")
    assert not one.events("start", "check")


def test_timeout_up_stops_what_is_not_ready_in_time(service):
    one = service({"run": RUNS, "notification-fd": "3", "timeout-up": "60", **AT_ONCE})
    now = one.await_status(lambda now: now.deaths >= 2)
    assert now.cause == "timeout"
    assert one.await_deaths()[0].cause == "timeout"


def test_timeout_up_does_nothing_to_what_is_ready(service):
    one = service({"run": recorded("write 3", "wait"), "notification-fd": "3", "timeout-up": "60"})
    one.await_phase("ready")
    assert stays(lambda: one.status().deaths == 0, 0.2)


def test_readiness_changes_are_counted(service):
    one = service({"run": recorded("write 3", "wait"), "notification-fd": "3", **AT_ONCE})
    one.await_phase("ready")
    one.send("k")
    one.await_status(lambda now: now.readiness == 3)  # ready, not ready, ready
