"""Commands, signals, scripts of .svscan/, and the stop of the whole tree."""

import os
import signal

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.service import shell, write_files
from svscan_tree import COPIES, SLEEPS


def own_files(tree, **files):
    write_files(tree.directory / ".svscan", {name.replace("_", "-"): content for name, content in files.items()})


@pytest.fixture
def running(tree):
    """A tree with a pair and a plain service; `.pids` are all its processes."""
    tree.add("web", SLEEPS, log=COPIES)
    tree.add("plain")
    tree.start()
    names = ["web", "web/log", "plain"]
    tree.pids = [tree.await_up(name) for name in names] + [tree.supervise_pid(name) for name in names]
    return tree


def assert_all_gone(tree):
    assert [processes.command_line(pid) for pid in tree.pids if processes.alive(pid)] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_signals_stop_the_tree(running, number):
    assert running.stop(number) == 0
    if number == signal.SIGQUIT:
        for pid in running.pids:
            await_until(lambda: not processes.alive(pid))
    assert_all_gone(running)


@pytest.mark.parametrize("letter", ["t", "q"])
def test_letters_stop_the_tree(running, letter):
    running.command(letter)
    assert running.await_end() == 0
    for pid in running.pids:
        await_until(lambda: not processes.alive(pid))


def test_x_exits_alone(running):
    running.command("x")
    assert running.await_end() == 0
    assert all(processes.alive(pid) for pid in running.pids)
    running.start()
    assert running.stop() == 0
    assert_all_gone(running)


def test_an_unknown_letter_is_reported(running):
    running.command("Z\n")
    running.await_said("unknown command on .svscan/control: Z")
    assert running.messages().count("\n") == 1


def test_hup_rescans(running, tmp_path):
    (running.directory / "late").symlink_to(tmp_path / "later")
    running.await_said("late: a symlink to nothing")
    write_files(tmp_path / "later", {"run": SLEEPS})
    running.send_signal(signal.SIGHUP)
    running.await_up("late")


@pytest.mark.parametrize("name", ["SIGUSR1", "SIGUSR2", "SIGPWR", "SIGWINCH"])
def test_signals_run_their_script(running, name):
    running.send_signal(getattr(signal, name))  # without a script: nothing
    own_files(running, **{name: shell(f"pwd >{name}.seen")})
    running.send_signal(getattr(signal, name))
    seen = running.directory / f"{name}.seen"
    await_until(lambda: seen.exists() and seen.read_text() == f"{running.directory}\n")
    assert running.messages() == ""


def test_quit_does_not_wait_for_loggers(tree):
    tree.add("web", SLEEPS, log=shell("while ! test -e go; do sleep 0.01; done"))
    tree.start()
    tree.await_up("web")
    logger = tree.await_up("web/log")
    assert tree.stop(signal.SIGQUIT) == 0
    supervise = tree.supervise_pid("web/log")
    (tree.directory / "web" / "log" / "go").touch()
    await_until(lambda: not processes.alive(logger) and not processes.alive(supervise))


def test_loggers_drain_before_the_end(tree):
    tree.add("web", shell("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; done; exec sleep 10000"),
             log=shell("while read line; do echo $line; done >out; echo end >>out"))
    tree.start()
    tree.await_up("web/log")
    out = tree.directory / "web" / "log" / "out"
    await_until(lambda: out.exists() and out.stat().st_size > 0)
    await_until(lambda: processes.command_line(tree.await_up("web")) == "sleep 10000", deadline=20)
    assert tree.stop() == 0
    assert out.read_text().split() == [str(i) for i in range(1, 3001)] + ["end"]


def test_the_stop_script_comes_first_and_is_waited_for(running):
    own_files(running, stop=shell("test -d .svscan || exit 1", "touch began", "while ! test -e go; do sleep 0.01; done"))
    running.send_signal(signal.SIGTERM)
    await_until((running.directory / "began").exists)
    assert stays(lambda: all(processes.alive(pid) for pid in running.pids), 0.2)
    supervise = running.supervise_pid("plain")
    os.kill(supervise, signal.SIGKILL)  # the order of the stop still needs it
    running.await_new_supervise("plain", supervise)
    (running.directory / "go").touch()
    assert running.await_end() == 0
    assert_all_gone(running)


def test_the_stop_script_has_a_limit(running):
    own_files(running, stop=shell("exec sleep 10000"), timeout_stop="100\n")
    assert running.stop() == 0
    assert ".svscan/stop takes longer than .svscan/timeout-stop allows: killed" in running.messages()
    assert_all_gone(running)


def test_a_bad_limit_is_reported(running):
    own_files(running, stop=shell("exit 0"), timeout_stop="soon\n")
    assert running.stop() == 0
    assert ".svscan/timeout-stop: line 1: not a number of milliseconds; 60000 is used" in running.messages()


def test_told_to_stop_again_the_script_is_not_waited_for(running):
    own_files(running, stop=shell("touch began", "exec sleep 10000"))
    running.send_signal(signal.SIGTERM)
    await_until((running.directory / "began").exists)
    assert running.stop() == 0
    assert_all_gone(running)


def test_the_stop_script_may_stop_the_services_itself(running):
    script = shell(*(f"echo dx >{name}/supervise/control" for name in ("plain", "web")), "while test -e /proc/$(cat pid); do sleep 0.01; done")
    (running.directory / "pid").write_text(str(running.supervise_pid("plain")))
    own_files(running, stop=script)
    assert running.stop() == 0
    assert "started again" not in running.messages()
    assert_all_gone(running)


def test_finish_is_what_svscan_becomes(running):
    own_files(running, finish=shell("echo $$ $1 >finished", "exit 3"))
    assert running.stop() == 3
    assert (running.directory / "finished").read_text() == f"{running.pid} 0\n"
    assert_all_gone(running)


def test_the_exit_code_of_an_essential_failure(running):
    own_files(running, exit_code="42\n")
    assert running.stop() == 42


def test_an_old_exit_code_does_not_count(tree):
    own_files(tree, exit_code="42\n")
    tree.add("web")
    tree.start()
    tree.await_up("web")
    assert tree.stop() == 0


def test_what_a_killed_supervise_left_is_stopped_where_it_was_moved_to(tree):
    tree.add("web", shell("trap '' TERM", "touch up", "while :; do sleep 0.05; done"), timeout_kill="300\n")
    tree.start()
    await_until((tree.directory / "web" / "up").exists)
    service, supervise = tree.main_pid("web"), tree.supervise_pid("web")
    os.kill(supervise, signal.SIGSTOP)
    (tree.directory / "web").rename(tree.directory / ".web")
    os.kill(supervise, signal.SIGKILL)
    await_until(lambda: not processes.alive(service), 20, what=lambda: tree.messages())
    assert tree.stop() == 0


def test_a_supervise_killed_during_the_stop_is_replaced(tree):
    tree.add("web", shell("trap 'while ! test -e ../go; do sleep 0.01; done; exit 0' TERM", "touch up", "while :; do sleep 0.01; done"))
    tree.start()
    await_until((tree.directory / "web" / "up").exists)
    service, supervise = tree.main_pid("web"), tree.supervise_pid("web")
    tree.send_signal(signal.SIGTERM)
    await_until(lambda: tree.record("web").stop_sent)
    os.kill(supervise, signal.SIGKILL)
    tree.await_new_supervise("web", supervise)
    assert processes.alive(service)
    (tree.directory / "go").touch()
    assert tree.await_end() == 0
    assert not processes.alive(service)


def test_a_supervise_that_is_told_to_exit_while_its_directory_is_there_is_started_again(running):
    supervise = running.supervise_pid("plain")
    (running.directory / "plain" / "supervise" / "control").write_text("dx")
    running.await_new_supervise("plain", supervise)
    assert "plain: supervise exited 0; started again" in running.messages()


def test_a_supervise_that_cannot_start_is_tried_again(tree):
    tree.add("web", SLEEPS)
    (tree.directory / "web" / "supervise").write_text("in the way")
    tree.start()
    tree.await_said("web: unable to")
    (tree.directory / "web" / "supervise").unlink()
    tree.await_up("web")


def test_crash_is_what_a_hopeless_svscan_becomes(tree):
    own_files(tree, crash=shell("touch crashed", "exit 5"))
    (tree.directory / ".svscan" / "lock").mkdir()
    tree.start(wait=False)
    assert tree.await_end() == 5
    assert (tree.directory / "crashed").exists()
    assert "svscan: fatal: unable to open lock" in tree.messages()


@pytest.mark.parametrize("arguments, code", [(["-Z"], 100), (["-t", "x", "."], 100), (["-c", "0"], 100), (["a", "b"], 100)])
def test_wrong_usage(tree, arguments, code):
    tree.start(*arguments, wait=False)
    assert tree.await_end() == code
    assert "usage: svscan" in tree.messages()


def test_a_scan_directory_that_is_not_there(tree, tmp_path):
    tree.start(wait=False, scan_dir=tmp_path / "nowhere")
    assert tree.await_end() == 111
    assert tree.messages() == f"svscan: fatal: {tmp_path}/nowhere: unable to chdir to the scan directory: file does not exist\n"
