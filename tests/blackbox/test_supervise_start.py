"""What a service's programs are started with, and when."""

import os
import shutil
import signal

from support import processes
from support.awaiting import await_until, stays
from support.sanitizers import WITHOUT_LEAKS
from support.service import RUNS, recorded, shell
from support.slowed import slowed


def test_run_starts_at_once(service):
    one = service({"run": RUNS})
    now = one.await_phase("ready")
    assert (now.want, now.starts, now.run_state) == ("up", 1, 1)
    assert now.main_start == processes.start_time(now.pid)
    assert (now.supervise_pid, now.supervise_start) == (one.supervise_pid, processes.start_time(one.supervise_pid))


def test_a_down_file_keeps_it_down(service):
    one = service({"run": RUNS, "down": ""})
    assert stays(lambda: one.status().phase == "down", 0.1)
    assert one.status().want == "down"
    assert not one.events()


def test_the_directory_is_the_working_directory(service):
    one = service({"run": recorded("where", "wait")})
    assert one.await_event("where").rest == str(one.directory)


def test_run_has_a_session_of_its_own(service):
    one = service({"run": recorded("process", "wait")})
    event = one.await_event("process")
    parent, group, session = map(int, event.rest.split())
    assert (parent, group, session) == (one.supervise_pid, event.pid, event.pid)


def test_run_gets_only_the_three_descriptors(service):
    one = service({"run": recorded("descriptors", "wait")})
    open_ones = [word.split("=")[0] for word in one.await_event("descriptors").rest.split()]
    assert open_ones == ["0", "1", "2"]


def test_what_supervise_inherited_is_not_handed_on(service, tmp_path):
    one = service({"run": recorded("descriptors", "wait")}, start=False)
    secret = os.open(tmp_path / "secret", os.O_RDWR | os.O_CREAT)
    one.start(pass_fds=[secret])
    os.close(secret)
    assert "secret" not in one.await_event("descriptors").rest


def test_standard_input_is_dev_null(service):
    one = service({"run": recorded("descriptors", "wait")})
    assert "0=/dev/null" in one.await_event("descriptors").rest.split()


def test_no_signal_is_blocked_or_ignored_even_if_they_were_for_supervise(service):
    one = service({"run": recorded("status SigBlk", "status SigIgn", "mark done", "wait")}, start=False)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1})
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        one.start()
    finally:
        signal.signal(signal.SIGTTOU, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    one.await_event("mark")
    assert {event.rest for event in one.events("status")} == {"SigBlk 0000000000000000", "SigIgn 0000000000000000"}


def test_the_environment_is_inherited_and_names_the_service(service):
    one = service(
        {"run": recorded(*(f"environment {name}" for name in ("FROM_OUTSIDE", "SERVICE", "SERVICE_DIR", "INSTANCE")), "wait")},
        start=False,
    )
    one.start(environment={"FROM_OUTSIDE": "kept"})
    one.await_events("environment", 4)
    assert [event.rest for event in one.events("environment")] == [
        "FROM_OUTSIDE=kept",
        "SERVICE=web",
        f"SERVICE_DIR={one.directory}",
        "INSTANCE unset",
    ]


def test_an_instance_knows_what_follows_the_at_sign(service):
    one = service({"run": recorded("environment SERVICE", "environment INSTANCE", "wait")}, name="getty@tty1")
    one.await_events("environment", 2)
    assert [event.rest for event in one.events("environment")] == ["SERVICE=getty@tty1", "INSTANCE=tty1"]


def test_start_env_is_for_the_next_start_only(service):
    one = service({"run": recorded("environment PORT", "on TERM exit 0", "wait"), "down": ""})
    one.write("supervise/start-env/PORT", "8080\n")
    one.send("u")
    assert one.await_event("environment").rest == "PORT=8080"
    assert not one.path("supervise/start-env").exists()
    one.await_phase("ready")
    one.send("r")
    one.await_starts(2)
    assert one.await_events("environment", 2)[1].rest == "PORT unset"


def test_start_env_can_unset_a_variable(service):
    one = service({"run": recorded("environment HOME", "wait"), "down": ""})
    one.write("supervise/start-env/HOME", "")
    one.send("u")
    assert one.await_event("environment").rest == "HOME unset"


def test_with_e_it_waits_for_the_engines_first_command(service):
    one = service({"run": RUNS}, options=["-e"])
    assert "waits_for_engine" in one.status().flags
    assert stays(lambda: one.status().starts == 0, 0.1)
    one.send("u")
    assert "waits_for_engine" not in one.await_phase("ready").flags


def test_with_e_a_restart_does_not_wait(service):
    one = service({"run": RUNS, "restart-delay": "1 1 1"}, options=["-e"])
    one.send("u")
    one.await_phase("ready")
    one.send("k")
    one.await_starts(2)


def test_with_e_an_early_service_starts_by_itself(service):
    one = service({"run": RUNS, "early": ""}, options=["-e"])
    one.await_phase("ready")


def test_a_relative_directory_and_the_current_one_work(service, tmp_path):
    one = service({"run": RUNS}, start=False)
    here = os.getcwd()
    os.chdir(one.directory)
    try:
        one.start(argument=".")
    finally:
        os.chdir(here)
    one.await_phase("ready")


def test_the_state_directory_may_be_elsewhere(service, tmp_path):
    one = service({"run": RUNS}, start=False)
    state = tmp_path / "state"
    state.mkdir()
    one.path("supervise").symlink_to(state)
    one.start()
    one.await_phase("ready")
    assert (state / "status").stat().st_size == 256


def test_a_dangling_state_link_gets_its_directory(service, tmp_path):
    one = service({"run": RUNS}, start=False)
    one.path("supervise").symlink_to(tmp_path / "later")
    one.start()
    one.await_phase("ready")
    assert (tmp_path / "later" / "status").exists()


def test_the_modes_of_the_state_files_are_those_of_daemontools(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    modes = {name: one.path(f"supervise/{name}").stat().st_mode & 0o777 for name in ("", "control", "ok", "lock", "status")}
    assert modes == {"": 0o711, "control": 0o600, "ok": 0o600, "lock": 0o600, "status": 0o644}


def test_wrong_usage_is_100(service):
    one = service({"run": RUNS}, start=False)
    one.launch("-Z")
    assert one.await_exit() == 100
    one.launch("-t", "not-hexadecimal")
    assert one.await_exit() == 100
    assert "usage" in one.stderr()


def test_a_directory_that_is_not_there_is_111(service, tmp_path):
    one = service({}, start=False)
    one.launch(argument=tmp_path / "nowhere")
    assert one.await_exit() == 111
    assert "supervise: fatal: unable to" in one.stderr() or "fatal: unable to" in one.stderr()
    assert "file does not exist" in one.stderr()


def test_a_directory_that_is_removed_behind_the_start_is_no_matter_for_a_warning_about_ok(service):
    """The child has put itself on record before supervise has made supervise/ok."""
    one = service({"run": shell("exec sleep 1000")}, start=False)
    one.launch(wrap=slowed("inject=mknodat:delay_enter=700000:when=2"), environment=WITHOUT_LEAKS)
    await_until(lambda: one.status() and one.status().pid)
    shutil.rmtree(one.directory)
    os.kill(one.supervise_pid, signal.SIGTERM)
    one.await_exit()
    assert "supervise/ok" not in one.stderr()


def test_an_exec_failure_is_told_apart_from_an_exit_127(service):
    one = service({"run": recorded("exit 127")})
    now = one.await_status(lambda now: now.deaths >= 1)
    assert (now.cause, now.wait_status) == ("exited", 127 << 8)


def test_a_changed_run_is_used_at_the_next_start(service):
    one = service({"run": recorded("mark old", "wait"), "restart-delay": "1 1 1"})
    one.await_event("mark", rest="old")
    one.write("run", recorded("mark new", "wait"))
    one.await_phase("ready")
    one.send("r")
    one.await_event("mark", rest="new")


def test_a_changed_setting_is_used_without_a_restart_of_supervise(service):
    one = service({"run": recorded("on INT exit 0", "mark prepared", "wait"), "down-signal": "TERM"})
    one.await_event("mark")
    one.write("down-signal", "INT")
    one.send("d")
    one.await_phase("down")
    assert one.events("signal")[0].rest == "INT"


def test_output_goes_to_supervises_own_output(service):
    one = service({"run": shell("echo said by run", "exec sleep 1000")})
    one.await_stderr("said by run")
