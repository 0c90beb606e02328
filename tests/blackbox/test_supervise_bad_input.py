"""Bad input gets a clear message, and supervision goes on with what is good."""

import os
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.service import RUNS, recorded
from support.source_tables import letters, settings

AT_ONCE = {"restart-delay": "1 1 1"}

# What run may be instead of a program, and the words that must be in the message.
BAD_RUNS = {
    "no interpreter": ("#!/no/such/interpreter\n", ["/no/such/interpreter", "does not exist"]),
    "CR LF": ("#!/bin/sh\r\nexec sleep 1000\r\n", ["CR"]),
    "empty": ("", ["not executable"]),
    "a directory": ({"file": ""}, ["directory"]),
    "not executable": ("echo hello\n", ["not executable", "chmod"]),
}


@pytest.mark.parametrize("what", BAD_RUNS)
def test_a_bad_run_is_explained_in_one_message_and_supervise_stays(service, what):
    content, words = BAD_RUNS[what]
    one = service({"run": content})
    one.await_stderr("run")
    await_until(lambda: all(word in one.stderr() for word in words), what=lambda: f"{words} in {one.stderr()}")
    line = next(line for line in one.stderr().splitlines() if words[0] in line)
    assert line.startswith("supervise: web: ")
    assert "run" in line
    assert one.popen.poll() is None


def test_an_empty_executable_run_is_explained(service):
    one = service({"run": "", "down": ""})
    one.path("run").chmod(0o755)
    one.send("u")
    one.await_stderr("empty")
    assert one.await_phase("backoff", "failed").cause == "failed"


def test_a_run_that_is_no_program_is_explained(service):
    one = service({"run": "\x00\x01\x02", "down": ""})
    one.path("run").chmod(0o755)
    one.send("u")
    one.await_stderr("#!")


def test_a_repaired_run_starts_without_a_new_supervise(service):
    one = service({"run": "#!/no/such/interpreter\n"})
    one.await_phase("backoff")
    one.write("run", RUNS)
    now = one.await_phase("ready")  # tried again after 1 s
    assert now.starts == 1


def test_a_directory_without_run_is_said_to_be_incomplete_and_may_be_completed(service):
    one = service({"data": {}})
    one.await_stderr("run")
    one.write("run", RUNS)
    one.send("u")
    one.await_phase("ready")


def test_a_run_that_vanishes_does_not_end_supervise(service):
    one = service({"run": recorded("await go", "exit 1"), **AT_ONCE})
    one.await_phase("ready")
    one.remove("run")
    one.touch("go")
    one.await_phase("backoff", "failed", "down")
    one.path("go").unlink()
    one.write("run", RUNS)
    one.send("u")
    one.await_phase("ready")


NUMBERS = ["abc", "-1", "1 2", "", "99999999999999999999", "0x10", "1.5", "1\n2\n", "\n\n", "١"]
WORDS = ["sometimes", "", "Always!", "kill keep"]
GARBAGE = {
    "down-signal": ["NOSUCH", "", "0", "65", "TERM KILL", "-9"],
    "stop-steps": ["TERM", "TERM x", "TERM 10\nNOSUCH 10", "", "TERM 1 2"],
    "kill-mode": WORDS,
    "leftovers": WORDS,
    "restart": WORDS,
    "restart-delay": ["", "1", "1 2", "1 2 3 4", "a b c", "-1 2 3", "100 2 1"],
    "max-death-tally": ["", "a b", "-1 2", "1 2 3", "5000 1"],
    "success-exit": ["256", "NOSUCH", "-1", "1,2"],
    "notification-fd": ["2", "-1", "x", "", "99999999"],
    "forking": ["a\nb", "x" * 300],
    "fd-store-max": ["x", "-1", "65", ""],
}
VALUES = [name for name, kind in settings().items() if kind == "value"]


@pytest.mark.parametrize("name", VALUES)
def test_garbage_in_a_setting_is_reported_and_the_default_stays_in_force(service, name):
    for number, garbage in enumerate(GARBAGE.get(name, NUMBERS)):
        one = service({"run": RUNS, name: garbage}, name=f"web{number}")
        one.await_phase("ready")
        line = next((line for line in one.stderr().splitlines() if name in line), "")
        assert "warning" in line and "allowed" in line, f"{garbage!r}: {one.stderr()}"
        one.stop()


def test_the_line_of_an_error_is_named(service):
    one = service({"run": RUNS, "stop-steps": "TERM 10\nINT 20\nNOSUCH 30\n"})
    one.await_phase("ready")
    line = next(line for line in one.stderr().splitlines() if "stop-steps" in line)
    assert "3" in line and "NOSUCH" in line


def test_the_last_good_value_stays_in_force(service):
    one = service({"run": recorded("on all record", "on INT exit 0", "mark prepared", "wait"), "down-signal": "INT"})
    one.await_event("mark")
    one.write("down-signal", "NOSUCH")
    one.send("d")
    one.await_phase("down")
    assert one.events("signal")[0].rest == "INT"
    assert "down-signal" in one.stderr()


def test_a_bad_value_is_reported_once_and_not_at_every_start(service):
    one = service({"run": recorded("exit 1"), "timeout-kill": "soon", **AT_ONCE})
    one.await_starts(10)
    assert one.stderr().count("timeout-kill") == 1


@pytest.mark.skipif(os.getuid() == 0, reason="root can read every file")
def test_a_setting_that_cannot_be_read_is_an_error_and_not_absent(service):
    one = service({"run": RUNS, "down": "", "down-signal": "INT"}, start=False)
    one.path("down-signal").chmod(0)
    one.start()
    one.await_stderr("down-signal")


def test_a_setting_that_is_a_directory_is_reported(service):
    one = service({"run": RUNS, "timeout-kill": {"x": ""}})
    one.await_phase("ready")
    assert "timeout-kill" in one.stderr() and "directory" in one.stderr()


def test_a_setting_that_is_a_fifo_does_not_hang(service):
    one = service({"run": RUNS}, start=False)
    os.mkfifo(one.path("timeout-kill"))
    one.start()
    one.await_phase("ready")
    assert "timeout-kill" in one.stderr()


def test_random_bytes_in_the_control_fifo_do_no_harm(service):
    # It takes no TERM: an r among the last letters ends it by KILL.
    one = service({"run": recorded("on all record", "mark prepared", "wait"), "timeout-kill": "300", **AT_ONCE})
    one.await_event("mark")
    # Random, but for the letters that are orders to go: they work, as other tests show.
    noise = bytes(byte for byte in os.urandom(65536) if byte not in b"xXUGd")
    sent = 0
    while sent < len(noise):
        try:
            fd = os.open(one.path("supervise/control"), os.O_WRONLY | os.O_NONBLOCK)
            sent += os.write(fd, noise[sent : sent + 4096])
        except BlockingIOError:
            pass
        finally:
            os.close(fd)
    known = {ord(letter.name) for letter in letters()}
    one.await_status(lambda now: now.commands >= sum(byte in known for byte in noise), deadline=30)
    one.command("u")
    one.await_status(lambda now: now.phase == "ready" and now.want == "up", deadline=30)


def test_a_full_stderr_never_blocks_supervise(service):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writing, True)
    one = service({"run": RUNS, "timeout-kill": "soon"}, start=False)
    one.start(stderr=writing)
    one.send("!?#*")
    one.await_phase("ready")
    one.command("c")
    os.close(reading)
    one.send("d")
    one.await_phase("down")  # and no SIGPIPE either
    os.close(writing)


def test_a_closed_stderr_does_no_harm(service):
    reading, writing = os.pipe()
    os.close(reading)
    one = service({"run": RUNS, "timeout-kill": "soon"}, start=False)
    one.start(stderr=writing)
    os.close(writing)
    one.await_phase("ready")


def test_a_status_that_cannot_be_written_is_reported_once_and_supervision_goes_on(service):
    one = service({"run": recorded("on TERM exit 0", "mark prepared", "wait"), **AT_ONCE})
    one.await_event("mark")
    one.await_phase("ready")
    one.path("supervise/status.new").mkdir()  # in the way
    one.send("r")
    one.await_events("mark", 2)
    one.send("r")
    one.await_events("mark", 3)
    one.await_stderr("status")
    assert one.stderr().count("status") == 1
    one.path("supervise/status.new").rmdir()
    one.await_status(lambda now: now.starts == 3)  # tried again every 5 s


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_a_full_disk_under_supervise_does_not_end_supervision(service, tmp_path):
    one = service({"run": recorded("on TERM exit 0", "mark prepared", "wait"), **AT_ONCE}, start=False)
    state = one.path("supervise")
    state.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=12", "reeve-test", str(state)], check=True)
    try:
        one.start()
        one.await_events("mark", 1)
        with open(state / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        one.send("r")
        one.await_events("mark", 2)
        (state / "filler").unlink()
        one.await_status(lambda now: now.starts == 2)
    finally:
        one.end()
        subprocess.run(["umount", "-l", str(state)], check=True)


def test_a_state_directory_that_cannot_be_made_is_a_clear_end(service):
    one = service({"run": RUNS}, start=False)
    one.path("supervise").write_text("a file is in the way")
    one.launch()
    assert one.await_exit() == 111
    assert "fatal: unable to" in one.stderr()


def test_a_control_that_is_no_fifo_is_a_clear_end(service):
    one = service({"run": RUNS, "supervise/control": "a plain file"}, start=False)
    one.launch()
    assert one.await_exit() == 111
    assert "supervise/control" in one.stderr()


@pytest.mark.parametrize("stray", ["SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGCONT", "SIGCHLD", "SIGWINCH", "SIGURG"])
def test_a_stray_signal_to_supervise_does_not_end_it(service, stray):
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    os.kill(one.supervise_pid, getattr(signal, stray))
    one.command("c")
    assert one.popen.poll() is None
    assert one.status().pid == before.pid
