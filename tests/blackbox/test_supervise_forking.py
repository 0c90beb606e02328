"""`forking`: daemons that put themselves into the background."""

import os

from support import processes
from support.awaiting import await_until, stays
from support.service import recorded, supervised_processes

AT_ONCE = {"restart-delay": "1 1 1"}


def daemonizing(*lines):
    """A run whose daemon does these lines in the background."""
    return recorded("daemon {", *lines, "wait", "}", "exit 0")


def test_the_surviving_child_becomes_the_main_process(service):
    one = service({"run": daemonizing(), "forking": ""})
    now = one.await_phase("ready")
    assert now.pid == one.await_event("forked").pid
    assert "forking" in now.flags
    assert now.main_start == processes.start_time(now.pid)


def test_it_is_starting_until_run_has_exited(service):
    one = service({"run": recorded("daemon {", "wait", "}", "await go", "exit 0"), "forking": ""})
    one.await_event("forked")
    assert one.await_phase("starting").readiness == 0
    one.touch("go")
    one.await_phase("ready")


def test_the_pid_file_names_the_main_process(service):
    run = recorded("daemon {", "touch first", "wait", "}", "await first", "daemon {", "pidfile the.pid", "wait", "}", "await the.pid", "exit 0")
    one = service({"run": run, "forking": "the.pid\n"})
    now = one.await_phase("ready")
    assert now.pid == int(one.path("the.pid").read_text())
    assert now.pid != one.await_events("forked")[0].pid


def test_a_pid_file_that_comes_late_is_waited_for(service):
    one = service({"run": daemonizing("sleep 150", "pidfile the.pid"), "forking": "the.pid", "timeout-up": "5000"})
    now = one.await_phase("ready")
    assert now.pid == int(one.path("the.pid").read_text())


def test_a_pid_file_that_names_a_stranger_is_not_believed(service):
    one = service({"run": daemonizing(), "forking": "the.pid", "timeout-up": "200", "the.pid": f"{os.getpid()}\n"})
    one.await_event("forked")
    one.await_status(lambda now: now.phase in ("ready", "backoff", "failed") or now.deaths)
    assert one.status().pid != os.getpid()


def test_the_oldest_of_several_children_without_a_pid_file(service):
    run = recorded("daemon {", "touch first", "wait", "}", "await first", "sleep 30", "daemon {", "wait", "}", "exit 0")
    one = service({"run": run, "forking": ""})
    one.await_events("forked", 2)
    assert one.await_phase("ready").pid == min(one.events("forked"), key=lambda event: event.time).pid


def test_the_process_in_the_middle_of_a_double_fork_is_not_the_daemon(service):
    run = recorded("daemon {", "touch middle", "sleep 100", "daemon {", "wait", "}", "exit 0", "}", "await middle", "exit 0")
    one = service({"run": run, "forking": ""})
    daemon = one.await_events("forked", 2)[1].pid
    now = one.await_status(lambda now: now.pid == daemon)
    assert (now.starts, now.deaths, now.phase) == (1, 0, "ready")
    assert now.main_start == processes.start_time(daemon)


def test_a_daemon_that_ends_well_and_leaves_a_process_behind_has_died(service):
    """After the few seconds in which it may have been a process in the middle."""
    run = recorded("daemon {", "await go", "daemon {", "wait", "}", "exit 0", "}", "exit 0")
    one = service({"run": run, "forking": "", **AT_ONCE})
    one.await_phase("ready")
    assert stays(lambda: one.status().deaths == 0, 3.2)
    one.touch("go")
    one.await_status(lambda now: now.deaths >= 1)


def test_a_run_that_fails_is_a_failed_start(service):
    one = service({"run": recorded("exit 7"), "forking": "", "restart": "never"})
    now = one.await_phase("failed")
    assert now.wait_status == 7 << 8


def test_a_run_that_leaves_nothing_behind_is_a_failed_start(service):
    one = service({"run": recorded("exit 0"), "forking": "", "timeout-up": "200", "restart": "never"})
    one.await_phase("failed", "down")
    assert one.status().readiness == 0


def test_the_death_of_the_daemon_is_seen_with_its_status(service):
    one = service({"run": daemonizing("await go", "exit 9"), "forking": "", "restart": "never"})
    one.await_phase("ready")
    one.touch("go")
    now = one.await_phase("failed")
    assert (now.wait_status, now.cause) == (9 << 8, "exited")


def test_a_daemon_that_died_is_restarted(service):
    one = service({"run": daemonizing(), "forking": "", **AT_ONCE})
    first = one.await_phase("ready").pid
    one.send("k")
    one.await_status(lambda now: now.phase == "ready" and now.starts == 2)
    assert one.status().pid != first


def test_down_stops_the_daemon_and_leaves_nothing(service):
    one = service({"run": recorded("daemon {", "on TERM exit 0", "wait", "}", "daemon {", "wait", "}", "exit 0"), "forking": ""})
    one.await_phase("ready")
    one.send("d")
    one.await_phase("down")
    await_until(lambda: supervised_processes(one) == [])


def test_a_daemon_without_the_flag_cannot_leak_out(service):
    one = service({"run": daemonizing(), "restart": "never"})
    one.await_phase("down")
    forked = one.await_event("forked").pid
    assert not processes.alive(forked)
