"""Each control letter, looped over the table in supervise/letters.hpp."""

import os
import signal

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.service import RUNS, recorded
from support.source_tables import letters

AT_ONCE = {"restart-delay": "1 1 1"}


def up(service, letter):
    one = service({"run": RUNS, "down": ""})
    assert one.status().phase == "down"
    one.send(letter.name)
    assert one.await_phase("ready").want == "up"


def down(service, letter):
    one = service({"run": recorded("on TERM record", "on CONT record", "on CONT exit 0", "wait")})
    one.await_event("start")
    one.send(letter.name)
    now = one.await_phase("down")
    assert (now.want, now.pid, now.starts) == ("down", 0, 1)
    assert [event.rest for event in one.events("signal")] == ["TERM", "CONT"]


def once(service, letter):
    one = service({"run": recorded("await go", "exit 0"), "down": "", **AT_ONCE})
    one.send(letter.name)
    assert one.await_phase("ready").want == "once"
    one.touch("go")
    assert one.await_phase("down").starts == 1
    assert stays(lambda: one.status().starts == 1, 0.1)


def exits(service, letter):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.command(letter.name)
    assert one.popen.poll() is None, "x alone does not stop the service"
    one.send("d")
    assert one.await_exit() == 0
    assert one.status().supervise_pid == 0


def pause(service, letter):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    one.send(letter.name)
    assert one.await_status(lambda now: now.paused).phase == "ready"
    await_until(lambda: processes.state(pid) == "T")


def go_on(service, letter):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    one.send("p")
    await_until(lambda: processes.state(pid) == "T")
    one.send(letter.name)
    one.await_status(lambda now: not now.paused)
    await_until(lambda: processes.state(pid) == "S")


def sends_signal(service, letter):
    if letter.signal == signal.SIGKILL:
        one = service({"run": RUNS, **AT_ONCE})
        pid = one.await_phase("ready").pid
        one.send(letter.name)
        now = one.await_starts(2)
        assert (now.cause, now.wait_status) == ("killed", signal.SIGKILL)
        assert now.pid != pid and now.want == "up"
        return
    one = service({"run": recorded("on all record", "mark prepared", "wait")})
    one.await_event("mark")
    one.send(letter.name)
    one.await_event("signal", rest=signal.Signals(letter.signal).name.removeprefix("SIG"))
    assert (one.status().starts, one.status().want) == (1, "up")


def restart(service, letter):
    one = service({"run": recorded("on TERM exit 0", "mark prepared", "wait")})
    one.await_event("mark")
    first = one.await_phase("ready").pid
    one.send(letter.name)
    now = one.await_starts(2)
    assert (now.want, now.deaths) == ("up", 0)
    assert now.pid != first


def reload(service, letter):
    one = service({"run": recorded("on HUP record", "mark prepared", "wait")})
    one.await_event("mark")
    one.send(letter.name)
    one.await_event("signal", rest="HUP")
    assert one.status().starts == 1


def give_up(service, letter):
    one = service({"run": RUNS, **AT_ONCE})
    one.await_phase("ready")
    one.send(letter.name)
    now = one.await_phase("failed")
    assert (now.give_up, now.pid) == ("asked", 0)
    one.send("u")
    assert one.await_phase("ready").starts == 2


def reset(service, letter):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.send("G")
    one.await_phase("failed")
    one.send(letter.name)
    now = one.await_phase("down")
    assert (now.give_up, now.starts) == ("none", 1)


def leave(service, letter):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    one.send(letter.name)
    assert one.await_exit() == 0
    assert processes.alive(pid)
    one.start()
    now = one.await_status(lambda now: now.supervise_pid == one.supervise_pid)
    assert (now.pid, now.starts, now.phase) == (pid, 1, "ready")


def upgrade(service, letter):
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    one.send(letter.name)
    one.await_status(lambda now: now.commands > before.commands)
    one.command("p")  # the new one takes commands
    now = one.await_status(lambda now: now.paused)
    assert (now.pid, now.starts, now.supervise_pid) == (before.pid, 1, one.supervise_pid)
    one.command("c")


BEHAVIOUR = {
    "up": up,
    "down": down,
    "once": once,
    "exit": exits,
    "pause": pause,
    "go_on": go_on,
    "signal": sends_signal,
    "restart": restart,
    "reload": reload,
    "give_up": give_up,
    "reset": reset,
    "leave": leave,
    "upgrade": upgrade,
}


@pytest.mark.parametrize("letter", letters(), ids=lambda letter: letter.name)
def test_letter(service, letter):
    BEHAVIOUR[letter.command](service, letter)


def test_letters_are_taken_in_the_order_they_were_written(service):
    one = service({"run": RUNS, "down": ""})
    one.command("ud")
    assert one.await_phase("down").want == "down"
    one.command("du")
    assert one.await_phase("ready").want == "up"


def test_every_letter_is_counted(service):
    one = service({"run": recorded("on all record", "mark prepared", "wait")})
    one.await_event("mark")
    before = one.status().commands
    one.send("haiq12w")
    one.await_status(lambda now: now.commands == before + 7)


def test_unknown_letters_have_no_effect_and_are_reported_once_each(service):
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    one.send("!!?!?!")
    one.await_stderr("?")
    one.command("c")
    assert one.stderr().count("!") == 1
    assert one.stderr().count("?") == 1
    now = one.status()
    assert (now.pid, now.phase) == (before.pid, "ready")


def test_up_while_up_starts_nothing(service):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    one.command("uuu")
    assert (one.status().pid, one.status().starts) == (pid, 1)


def test_once_while_up_only_changes_what_is_wanted(service):
    one = service({"run": recorded("await go"), **AT_ONCE})
    one.await_phase("ready")
    one.command("o")
    assert one.status().want == "once"
    one.touch("go")
    assert one.await_phase("down").starts == 1


def test_signals_while_down_do_nothing(service):
    one = service({"run": RUNS, "down": ""})
    one.command("haitkq12wpc")
    now = one.status()
    assert (now.phase, now.paused, now.starts) == ("down", False, 0)


def test_up_during_a_stop_starts_it_again_after_it(service):
    one = service({"run": recorded("on TERM record", "mark prepared", "await go", "exit 0")})
    one.await_event("mark")
    one.send("d")
    one.await_event("signal")
    one.command("u")
    one.touch("go")
    one.await_starts(2)
    assert one.await_phase("ready", "up", "backoff").want == "up"


def test_exit_alone_waits_for_the_end_of_the_service_and_does_not_restart_it(service):
    one = service({"run": recorded("await go", "exit 0"), **AT_ONCE})
    one.await_phase("ready")
    one.command("x")
    one.touch("go")
    assert one.await_exit() == 0
    assert one.status().starts == 1


def test_a_writer_to_a_full_pipe_is_refused_and_never_hangs(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    os.kill(one.supervise_pid, signal.SIGSTOP)
    control = os.open(one.path("supervise/control"), os.O_WRONLY | os.O_NONBLOCK)
    written = 0  # 64 KiB, or one page where the user has very many pipes
    with pytest.raises(BlockingIOError):
        for _ in range(100):
            written += os.write(control, b"c" * 4096)
    os.close(control)
    os.kill(one.supervise_pid, signal.SIGCONT)
    one.await_status(lambda now: now.commands >= written > 0)
