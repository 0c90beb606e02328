"""A supervise is killed: its service goes on, and the next supervise carries on where it was."""

import os
import signal
import subprocess
import time
import types

import pytest
from support import orphans, processes
from support.awaiting import await_until, stays
from support.sanitizers import WITHOUT_LEAKS
from support.service import RUNS, recorded, shell, supervised_processes
from support.slowed import slowed

AT_ONCE = {"restart-delay": "1 1 1"}


def replace_supervise(one, *options):
    """Kills supervise, starts the next one, and returns its first record."""
    one.kill_supervise()
    one.start(*options)
    return one.await_status(lambda now: now.supervise_pid == one.supervise_pid, what="the record of the new supervise")


def kernel_tells_exit_status():
    """PIDFD_GET_INFO with the exit status came with Linux 6.15."""
    release = os.uname().release.split("-")[0].split(".")
    return (int(release[0]), int(release[1])) >= (6, 15)


def test_the_service_goes_on_and_is_not_started_again(service):
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    now = replace_supervise(one)
    assert (now.pid, now.starts, now.main_start) == (before.pid, 1, before.main_start)
    assert "adopted" in now.flags
    assert len(one.events("start", "run")) == 1


@pytest.mark.parametrize("original_lives", [True, False])
def test_a_copied_directory_adopts_nothing(service, tmp_path, original_lives):
    """cp -R is a configuration tool: the copy of a running service is another service."""
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    if not original_lives:
        one.kill_supervise()
    subprocess.run(["cp", "-R", one.directory, tmp_path / "copy"], check=True)
    copy = service(name="copy")
    now = copy.await_phase("ready")
    assert now.pid != before.pid and "adopted" not in now.flags and now.starts == 1
    copy.send("dx")
    copy.await_exit()
    assert processes.alive(before.pid)
    if not original_lives:
        one.start()
        assert one.await_phase("ready").pid == before.pid


def test_phase_readiness_want_and_counters_continue(service):
    one = service({"run": recorded("unless-exists go", "exit 1", "write 3", "wait"), "notification-fd": "3", **AT_ONCE})
    one.await_starts(3)
    one.touch("go")
    before = one.await_phase("ready")
    now = replace_supervise(one)
    for field in ("pid", "phase", "want", "starts", "deaths", "readiness", "ready_since", "changed", "commands"):
        assert getattr(now, field) == getattr(before, field), field


def test_without_a_supervise_svok_says_no_and_afterwards_yes(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.kill_supervise()
    assert not one.is_supervised()
    one.start()
    assert one.is_supervised()


@pytest.mark.parametrize("end", ["exit 7", "kill-self USR2"])
def test_the_exit_status_of_an_adopted_service_is_learnt(service, end):
    if not kernel_tells_exit_status():
        pytest.skip("this kernel does not tell the exit status of another's child (needs Linux 6.15)")
    one = service({"run": recorded("await go", end), "restart": "never"})
    one.await_phase("ready")
    replace_supervise(one)
    one.touch("go")
    now = one.await_phase("failed")
    assert now.wait_status == (7 << 8 if end == "exit 7" else signal.SIGUSR2)
    assert now.cause in ("exited", "killed")


def test_the_end_of_an_adopted_service_is_seen_and_it_is_restarted(service):
    one = service({"run": RUNS, **AT_ONCE})
    pid = one.await_phase("ready").pid
    replace_supervise(one)
    os.kill(pid, signal.SIGKILL)
    now = one.await_status(lambda now: now.phase == "ready" and now.starts == 2)
    assert now.deaths == 1
    assert "adopted" not in now.flags


def test_an_adopted_service_is_stopped_by_down(service):
    one = service({"run": recorded("on TERM record", "on TERM exit 0", "mark prepared", "wait"), "finish": recorded("arguments")})
    one.await_event("mark")
    replace_supervise(one)
    one.send("d")
    one.await_phase("down")
    assert one.events("signal")[0].rest == "TERM"
    assert len(one.events("arguments", "finish")) == 1


def test_signals_reach_an_adopted_service(service):
    one = service({"run": recorded("on all record", "mark prepared", "wait")})
    one.await_event("mark")
    replace_supervise(one)
    one.send("h")
    one.await_event("signal", rest="HUP")


def test_a_stubborn_adopted_service_is_killed(service):
    one = service({"run": recorded("on TERM ignore", "mark prepared", "wait"), "timeout-kill": "60"})
    one.await_event("mark")
    replace_supervise(one)
    one.send("d")
    one.await_phase("down")


def test_a_stubborn_adopted_service_with_ever_new_children_is_killed(service):
    """Whoever kills the children first, and the main process when none is left, is never done."""
    script = shell("trap '' TERM", "echo >ready", "while :; do sleep 1000; done")
    one = service({"run": script, "timeout-kill": "100"})
    one.await_phase("ready")
    await_until(lambda: one.path("ready").exists(), what="the trap")
    replace_supervise(one)
    one.send("d")
    one.await_phase("down")


def test_children_of_an_adopted_service_do_not_survive_it(service):
    one = service({"run": recorded("child {", "on TERM ignore", "wait", "}", "mark prepared", "wait")})
    one.await_event("mark")
    replace_supervise(one)
    one.send("d")
    one.await_phase("down")
    await_until(lambda: supervised_processes(one) == [])


def test_a_service_that_died_meanwhile_counts_one_death_and_is_restarted(service):
    one = service({"run": RUNS, **AT_ONCE})
    pid = one.await_phase("ready").pid
    one.kill_supervise()
    os.kill(pid, signal.SIGKILL)
    await_until(lambda: processes.state(pid) is None)  # a zombie would still tell its status
    one.start()
    now = one.await_status(lambda now: now.phase == "ready" and now.starts == 2)
    assert now.deaths == 1
    assert one.await_deaths()[0].cause == "unknown"


def test_want_down_survives(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.send("d")
    one.await_phase("down")
    now = replace_supervise(one)
    assert (now.want, now.phase, now.starts) == ("down", "down", 1)
    assert stays(lambda: one.status().starts == 1, 0.05)


def test_want_once_survives(service):
    one = service({"run": recorded("await go"), "down": "", **AT_ONCE})
    one.send("o")
    one.await_phase("ready")
    replace_supervise(one)
    one.touch("go")
    assert one.await_phase("down").starts == 1


def test_want_up_survives_a_down_file(service):
    one = service({"run": RUNS, "down": "", **AT_ONCE})
    one.send("u")
    one.await_phase("ready")
    one.kill_supervise()
    os.kill(one.status().pid, signal.SIGKILL)
    one.start()
    one.await_status(lambda now: now.phase == "ready" and now.starts == 2)


def test_a_kill_while_it_is_not_ready_yet(service):
    one = service({"run": recorded("await go", "notify READY=1", "wait"), "notify": ""})
    before = one.await_phase("up")
    now = replace_supervise(one)
    assert (now.phase, now.pid) == ("up", before.pid)
    one.touch("go")
    one.await_phase("ready")


def test_a_check_goes_on_under_the_next_supervise(service):
    one = service({"run": RUNS, "check": recorded("unless-exists go", "exit 1", "exit 0"), "check-interval": "10"})
    one.await_phase("up")
    replace_supervise(one)
    one.touch("go")
    one.await_phase("ready")


def test_notify_goes_on_under_the_next_supervise(service):
    one = service({"run": recorded("notify READY=1", "await go", "notify STATUS=still here", "wait"), "notify": ""})
    one.await_phase("ready")
    replace_supervise(one)
    one.touch("go")
    one.await_status(lambda now: now.text == "still here")


def test_a_kill_while_finish_runs(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("arguments", "await go", "mark finished"), "restart": "never"})
    one.await_phase("finishing")
    one.await_event("arguments")
    one.kill_supervise()
    one.start()
    one.touch("go")
    now = one.await_phase("failed")
    assert (now.starts, now.wait_status) == (1, 1 << 8)
    assert len(one.events("start", "run")) == 1


def test_a_kill_in_backoff_keeps_the_time_of_the_next_start(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "30000 2 30000"})
    before = one.await_phase("backoff")
    now = replace_supervise(one)
    assert now.phase == "backoff"
    assert abs(now.next_start - before.next_start) < 2000
    assert stays(lambda: one.status().starts == 1, 0.1)


def test_a_backoff_that_ended_meanwhile_starts_at_once(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "300 1 300"})
    due = one.await_phase("backoff").next_start / 1000
    one.kill_supervise()
    await_until(lambda: time.time() > due)
    one.start()
    one.await_starts(2)


def test_a_kill_while_it_stops(service):
    one = service({"run": recorded("on TERM record", "mark prepared", "await go", "exit 0")})
    one.await_event("mark")
    one.send("d")
    one.await_event("signal")
    one.await_phase("stopping")  # which is written after the signal is sent
    now = replace_supervise(one)
    assert (now.phase, now.want) == ("stopping", "down")
    one.touch("go")
    assert one.await_phase("down").starts == 1


def test_the_stop_ladder_goes_on_under_the_next_supervise(service):
    one = service({"run": recorded("on TERM ignore", "mark prepared", "wait"), "timeout-kill": "300"})
    one.await_event("mark")
    one.send("d")
    one.await_phase("stopping")
    replace_supervise(one)
    one.await_phase("down")


def test_a_kill_while_failed_keeps_failed_and_its_reason(service):
    one = service({"run": recorded("exit 1"), "max-death-tally": "2 60", **AT_ONCE})
    one.await_phase("failed")
    now = replace_supervise(one)
    assert (now.phase, now.give_up, now.starts) == ("failed", "too many deaths", 2)


def test_a_oneshot_that_is_done_stays_done(service):
    one = service({"start": recorded("exit 0"), "stop": recorded("exit 0")})
    one.await_phase("done")
    now = replace_supervise(one)
    assert (now.phase, now.starts) == ("done", 1)
    one.send("d")
    one.await_phase("down")
    assert one.events("start", "stop")


def test_an_adopted_daemon_of_a_forking_service(service):
    one = service({"run": recorded("daemon {", "wait", "}", "exit 0"), "forking": ""})
    before = one.await_phase("ready")
    now = replace_supervise(one)
    assert now.pid == before.pid and "forking" in now.flags
    one.send("d")
    one.await_phase("down")
    assert supervised_processes(one) == []


def test_many_kills_in_a_row(service):
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    for _ in range(10):
        now = replace_supervise(one)
    assert (now.pid, now.starts, now.deaths) == (before.pid, 1, 0)


def test_a_kill_right_after_the_start_never_makes_two_instances(service):
    one = service({"run": recorded("wait")}, start=False)
    for _ in range(8):
        one.launch()
        await_until(lambda: one.popen.poll() is not None or one.path("supervise/control").exists())
        one.kill_supervise()
    one.start()
    one.await_phase("ready")
    alive = [event.pid for event in one.events("start", "run") if processes.alive(event.pid)]
    assert alive == [one.status().pid]


def test_the_record_of_another_tree_counts_for_nothing(service):
    one = service({"run": RUNS}, options=["-t", "11" * 16])
    before = one.await_phase("ready")
    assert before.tree == "11" * 16
    one.send("d")
    one.await_phase("down")
    now = replace_supervise(one, "-t", "22" * 16)
    assert now.tree == "22" * 16
    assert one.await_phase("ready").starts == 1


def test_the_record_of_the_same_tree_is_continued(service):
    one = service({"run": RUNS}, options=["-t", "11" * 16])
    before = one.await_phase("ready")
    assert replace_supervise(one, "-t", "11" * 16).pid == before.pid


def test_a_recycled_pid_is_not_adopted(service):
    one = service({"run": RUNS, **AT_ONCE})
    pid = one.await_phase("ready").pid
    one.kill_supervise()
    os.kill(pid, signal.SIGKILL)
    await_until(lambda: not processes.alive(pid))
    status = one.path("supervise/status")
    record = bytearray(status.read_bytes())
    record[12:16] = os.getpid().to_bytes(4, "little")  # a live process with another start time
    status.write_bytes(record)
    one.start()
    now = one.await_status(lambda now: now.phase == "ready" and now.starts == 2)
    assert now.pid != os.getpid()


@pytest.mark.parametrize("damage", [b"", b"garbage", bytes(256), os.urandom(256), b"\xff" * 18, bytes(20)], ids=["empty", "short", "zeros", "random", "18 bytes", "20 bytes"])
def test_a_damaged_record_is_ignored(service, damage):
    one = service({"run": RUNS}, start=False)
    one.write("supervise/status", damage)
    one.start()
    assert one.await_phase("ready").starts == 1


def test_after_an_orderly_exit_the_next_one_starts_afresh(service):
    one = service({"run": RUNS, "down": ""})
    one.send("u")
    one.await_phase("ready")
    assert one.stop() == 0
    assert one.status().supervise_pid == 0
    one.start()
    now = one.await_status(lambda now: now.supervise_pid == one.supervise_pid)
    assert (now.phase, now.want, now.starts) == ("down", "down", 0)


def test_leave_during_a_stop_lets_the_next_one_finish_it(service):
    one = service({"run": recorded("on TERM record", "mark prepared", "await go", "exit 0")})
    one.await_event("mark")
    one.send("d")
    one.await_event("signal")
    one.send("X")
    assert one.await_exit() == 0
    one.start()
    one.touch("go")
    assert one.await_phase("down").starts == 1


def test_an_upgraded_supervise_still_reaps_its_child(service):
    one = service({"run": recorded("await go", "exit 6"), "restart": "never"})
    before = one.await_phase("ready")
    one.send("U")
    one.await_status(lambda now: now.commands > before.commands)
    one.touch("go")
    now = one.await_phase("failed")
    assert now.wait_status == 6 << 8


def test_an_upgrade_loses_no_command(service):
    one = service({"run": recorded("on all record", "mark prepared", "wait")})
    one.await_event("mark")
    one.send("U1U2")
    one.await_event("signal", rest="USR1")
    one.await_event("signal", rest="USR2")


def test_the_status_of_one_that_is_reaped_while_supervise_looks_is_known(service):
    if not kernel_tells_exit_status():
        pytest.skip("this kernel does not tell the exit status of another's child (needs Linux 6.15)")
    one = service({"run": shell("trap 'exit 7' TERM", "while :; do sleep 0.01; done"), "restart-delay": "60000 1 60000"})
    main = one.await_phase("ready").pid
    one.kill_supervise()
    one.launch(wrap=slowed("trace=poll", "inject=poll:delay_enter=500000"), environment=WITHOUT_LEAKS)
    one.await_status(lambda now: "adopted" in now.flags)
    orphans.own(types.SimpleNamespace(pid=main))  # to be reaped here, and only when supervise has looked once
    os.kill(main, signal.SIGTERM)
    await_until(lambda: processes.state(main) == "Z" and stays(lambda: processes.state(one.supervise_pid) == "t", 0.05))
    os.waitpid(main, 0)
    orphans.disown(types.SimpleNamespace(pid=main))
    now = one.await_status(lambda now: now.deaths == 1)
    assert (now.cause, now.wait_status) == ("exited", 7 << 8)
