"""The sd_notify protocol: each field, and who may speak."""

import os
import re
import socket

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.service import recorded

AT_ONCE = {"restart-delay": "1 1 1"}


def notifying(*lines, **settings):
    """A service directory whose run says these lines and stays."""
    files = {"run": recorded("environment NOTIFY_SOCKET", *lines, "wait"), "notify": ""}
    return {**files, **{name.replace("_", "-"): value for name, value in settings.items()}}


def socket_of(one):
    return one.await_event("environment").rest.removeprefix("NOTIFY_SOCKET=")


def test_it_is_up_until_it_says_ready(service):
    one = service(notifying("await go", "notify READY=1"))
    one.await_phase("up")
    one.touch("go")
    one.await_phase("ready")


def in_the_way(one):
    """Something where the socket has to be, which is not removed for it."""
    path = one.directory / "supervise" / "notify"
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)
    return path


def test_without_a_socket_it_is_not_started_until_there_can_be_one(service):
    one = service(notifying("notify READY=1", restart_delay="20 1 20"), start=False)
    (one.directory / "supervise").mkdir(mode=0o700)
    obstacle = in_the_way(one)
    one.start()
    one.await_phase("backoff")
    assert "unable to bind notify socket" in one.stderr()
    obstacle.rmdir()
    assert one.await_phase("ready").starts == 1


def test_an_adopted_service_is_heard_as_soon_as_there_can_be_a_socket(service):
    one = service(notifying("await go", "notify READY=1"))
    before = one.await_phase("up")
    one.await_event("environment")
    one.kill_supervise()
    obstacle = in_the_way(one)
    one.start()
    one.await_status(lambda now: now.supervise_pid != before.supervise_pid)
    await_until(lambda: "the service is not heard" in one.stderr())
    obstacle.rmdir()
    await_until(lambda: (one.directory / "supervise" / "notify").is_socket(), 20)
    one.touch("go")
    assert one.await_phase("ready").pid == before.pid


def test_a_check_does_not_stand_in_for_ready(service):
    one = service({**notifying("mark running"), "check": recorded("exit 0"), "check-interval": "1"})
    one.await_event("mark")
    assert stays(lambda: one.status().phase == "up", 0.05)


def test_several_fields_in_one_message(service):
    one = service(notifying(r"notify STATUS=warm\nREADY=1\n"))
    assert one.await_phase("ready").text == "warm"


def test_ready_0_is_not_ready(service):
    one = service(notifying("notify READY=0", "mark said"))
    one.await_event("mark")
    assert stays(lambda: one.status().phase == "up", 0.05)


def test_status_text_is_in_the_record_until_the_next_start(service):
    one = service(notifying("notify STATUS=3 of 5 tables loaded", "notify READY=1", "on TERM exit 0"))
    one.await_status(lambda now: now.text == "3 of 5 tables loaded")
    one.await_phase("ready")
    one.send("d")
    assert one.await_phase("down").text == "3 of 5 tables loaded"  # often the reason why
    one.write("run", recorded("wait"))
    one.send("u")
    assert one.await_starts(2).text == ""


def test_a_long_status_text_is_cut_at_a_character(service):
    one = service(notifying("notify STATUS=" + "ä" * 200))
    text = one.await_status(lambda now: now.text).text  # decoding fails if half a character is in it
    assert 60 <= len(text) <= 64 and set(text) == {"ä"}


def test_status_text_cannot_smuggle_control_characters(service):
    one = service(notifying("notify STATUS=a\x1b[2Jb"))
    assert "\x1b" not in one.await_status(lambda now: now.text).text


def test_reloading_then_ready(service):
    one = service(notifying("notify READY=1", "await go", r"notify RELOADING=1\nMONOTONIC_USEC=1", "await done", "notify READY=1", "mark back"))
    one.await_phase("ready")
    one.touch("go")
    one.touch("done")
    one.await_event("mark")
    now = one.await_phase("ready")
    assert (now.starts, now.deaths) == (1, 0)


def test_stopping_is_shown_as_stopping(service):
    one = service(notifying("notify READY=1", "await go", "notify STOPPING=1", "await end", "exit 0", ), start=False)
    one.write("restart", "never")
    one.start()
    one.await_phase("ready")
    one.touch("go")
    assert one.await_phase("stopping").ready_since == 0
    one.touch("end")
    one.await_phase("down")


def test_mainpid_moves_the_main_process_to_a_descendant(service):
    one = service(notifying("child {", "notify MAINPID=$PID", "notify READY=1", "wait", "}"))
    now = one.await_phase("ready")
    child = one.await_event("forked").pid
    now = one.await_status(lambda now: now.pid == child)
    assert now.main_start == processes.start_time(child)


def test_mainpid_of_a_stranger_is_refused(service):
    one = service(notifying(f"notify MAINPID={os.getpid()}", "notify READY=1"))
    now = one.await_phase("ready")
    assert now.pid == one.events("start")[0].pid


def test_mainpid_garbage_is_refused(service):
    one = service(notifying("notify MAINPID=1", "notify MAINPID=-1", "notify MAINPID=0", "notify MAINPID=abc", "notify READY=1"))
    assert one.await_phase("ready").pid == one.events("start")[0].pid


def test_the_watchdog_period_is_told_to_the_service(service):
    one = service({"run": recorded("environment WATCHDOG_USEC", "environment WATCHDOG_PID", "wait"), "notify": "", "watchdog": "2000"})
    events = one.await_events("environment", 2)
    assert [event.rest for event in events] == ["WATCHDOG_USEC=2000000", f"WATCHDOG_PID={events[0].pid}"]


def test_a_missed_watchdog_restarts_it(service):
    one = service(notifying("notify READY=1", watchdog="60", restart_delay="1 1 1"))
    one.await_starts(2)
    assert one.await_deaths()[0].cause == "watchdog"


def test_a_fed_watchdog_does_not_bite(service):
    feed = [line for _ in range(20) for line in ("sleep 20", "notify WATCHDOG=1")]
    one = service(notifying("notify READY=1", *feed, "mark fed", watchdog="250"))
    one.await_event("mark")
    assert one.status().starts == 1


def test_watchdog_trigger_restarts_it_at_once(service):
    one = service(notifying("notify READY=1", "notify WATCHDOG=trigger", restart_delay="1 1 1"))
    one.await_starts(2)
    assert one.await_deaths()[0].cause == "watchdog"


def test_watchdog_usec_changes_the_period(service):
    one = service(notifying("notify READY=1", "notify WATCHDOG_USEC=50000", watchdog="60000", restart_delay="1 1 1"))
    one.await_starts(2)
    assert one.await_deaths()[0].cause == "watchdog"


def test_extend_timeout_gives_more_time_to_start(service):
    one = service(notifying("notify EXTEND_TIMEOUT_USEC=5000000", "sleep 300", "notify READY=1", timeout_up="150"))
    assert one.await_phase("ready").starts == 1


def test_extend_timeout_gives_more_time_to_stop(service):
    stopping = recorded("on TERM record", "notify READY=1", "mark prepared", "await go", "notify EXTEND_TIMEOUT_USEC=5000000", "sleep 200", "exit 0")
    one = service({"run": stopping, "notify": "", "timeout-kill": "100"})
    one.await_event("mark")
    one.touch("go")
    one.send("d")
    now = one.await_phase("down")
    assert now.cause in ("exited", "killed")


def test_errno_and_exit_status_are_understood(service):
    one = service(notifying(r"notify ERRNO=2\nEXIT_STATUS=3\nREADY=1"))
    one.await_phase("ready")
    one.await_stderr("EXIT_STATUS=3")
    assert "ERRNO=2: file does not exist" in one.stderr()
    assert "not understood" not in one.stderr()


def test_a_barrier_is_passed(service):
    one = service(notifying("notify READY=1", "barrier"))
    assert one.await_event("barrier").rest == "passed"


def stored(one):
    """What run was handed back at its last start: the text of LISTEN_FDNAMES and the files."""
    names = one.await_events("environment", 2)[-1].rest
    files = one.await_events("descriptors", 2)[-1].rest
    return names, re.findall(r"\b(\d+)=(\S+)", files)


def storing(*lines):
    return recorded("environment LISTEN_FDNAMES", "descriptors", "unless-exists stored", "mark first", *lines, "touch stored", "notify READY=1", "wait")


def test_stored_descriptors_come_back_at_the_next_start(service):
    one = service({"run": storing(r"notify-file kept FDSTORE=1\nFDNAME=cache"), "notify": "", "fd-store-max": "2", **AT_ONCE})
    one.await_phase("ready")
    one.send("k")
    names, files = stored(one)
    assert names == "LISTEN_FDNAMES=cache"
    assert ("3", str(one.path("kept"))) in files


def test_stored_descriptors_are_announced_as_listen_fds(service):
    one = service(
        {
            "run": recorded("environment LISTEN_FDS", "environment LISTEN_PID", "unless-exists kept", "notify-file kept FDSTORE=1", "notify READY=1", "wait"),
            "notify": "",
            "fd-store-max": "1",
            **AT_ONCE,
        }
    )
    one.await_phase("ready")
    one.send("k")
    events = one.await_events("environment", 4)
    assert [event.rest for event in events[2:4]] == ["LISTEN_FDS=1", f"LISTEN_PID={events[2].pid}"]


def test_over_fd_store_max_the_newest_is_refused(service):
    one = service({"run": storing(r"notify-file one FDSTORE=1\nFDNAME=a", r"notify-file two FDSTORE=1\nFDNAME=b"), "notify": "", "fd-store-max": "1", **AT_ONCE})
    one.await_phase("ready")
    one.send("k")
    assert stored(one)[0] == "LISTEN_FDNAMES=a"


def test_without_fd_store_max_nothing_is_stored(service):
    one = service({"run": storing(r"notify-file kept FDSTORE=1\nFDNAME=cache"), "notify": "", **AT_ONCE})
    one.await_phase("ready")
    one.send("k")
    assert stored(one)[0] == "LISTEN_FDNAMES unset"


def test_fdstoreremove_drops_by_name(service):
    one = service(
        {
            "run": storing(r"notify-file a FDSTORE=1\nFDNAME=a", r"notify-file b FDSTORE=1\nFDNAME=b", r"notify FDSTOREREMOVE=1\nFDNAME=a"),
            "notify": "",
            "fd-store-max": "4",
            **AT_ONCE,
        }
    )
    one.await_phase("ready")
    one.send("k")
    assert stored(one)[0] == "LISTEN_FDNAMES=b"


@pytest.mark.skipif(os.getuid() != 0, reason="only root may send to the socket of another session's service")
def test_a_message_from_outside_the_service_counts_for_nothing(service):
    one = service(notifying("mark running"))
    path = socket_of(one)
    one.await_event("mark")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"READY=1", path)
        stranger.sendto(b"STATUS=forged", path)
    assert stays(lambda: one.status().phase == "up" and one.status().text == "", 0.1)


def test_a_grandchild_may_speak(service):
    one = service(notifying("daemon {", "notify READY=1", "wait", "}"))
    one.await_phase("ready")


def test_garbage_datagrams_do_no_harm(service):
    one = service(notifying("notify READY=1", "mark running"))
    path = socket_of(one)
    one.await_event("mark")
    one.await_phase("ready")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for datagram in (b"", b"\0" * 100, b"=" * 4000, b"READY", b"\n\n\n=\n", os.urandom(2000), b"A" * 60000):
            try:
                sender.sendto(datagram, path)
            except (BlockingIOError, OSError):
                pass
    one.command("c")
    assert one.await_phase("ready").starts == 1


def test_a_flood_of_messages_does_not_keep_commands_waiting(service):
    one = service({"run": recorded("notify READY=1", "child {", *["notify STATUS=x"] * 150, "wait", "}", "wait"), "notify": ""})
    one.await_phase("ready")
    one.command("c")
    await_until(lambda: one.status().text == "x")


def test_no_notify_socket_without_the_flag(service):
    one = service({"run": recorded("environment NOTIFY_SOCKET", "wait")})
    assert one.await_event("environment").rest == "NOTIFY_SOCKET unset"


def test_a_very_long_path_still_has_a_usable_socket(service):
    one = service(notifying("notify READY=1"), name="n" * 120)
    one.await_phase("ready")
