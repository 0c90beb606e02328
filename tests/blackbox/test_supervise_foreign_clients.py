"""Debian's own clients of daemontools, runit and busybox work on our service directories, unmodified."""

import re
import subprocess
import time

import pytest
from support.awaiting import await_until
from support.paths import foreign_program
from support.service import RUNS, recorded

AT_ONCE = {"restart-delay": "1 1 1"}


def run(one, command, *arguments):
    return subprocess.run([*command, *arguments], env=one.environment, capture_output=True, text=True, timeout=30, check=False)


def djb(name):
    foreign_program(name, "daemontools")
    return [f"/usr/bin/{name}"]


def sv(one, *arguments):
    foreign_program("sv", "runit")
    return run(one, ["/usr/bin/sv"], *arguments, str(one.directory))


@pytest.fixture(params=["daemontools", "busybox"])
def svc(request):
    """The command of a foreign svc."""
    return djb("svc") if request.param == "daemontools" else [foreign_program("busybox", "busybox"), "svc"]


def test_svc_down_and_up(service, svc):
    one = service({"run": RUNS})
    one.await_phase("ready")
    assert run(one, svc, "-d", str(one.directory)).returncode == 0
    one.await_phase("down")
    run(one, svc, "-u", str(one.directory))
    assert one.await_phase("ready").starts == 2


@pytest.mark.parametrize(("option", "name"), [("-h", "HUP"), ("-a", "ALRM"), ("-i", "INT"), ("-t", "TERM")])
def test_svc_signals(service, svc, option, name):
    one = service({"run": recorded("on all record", "mark prepared", "wait")})
    one.await_event("mark")
    run(one, svc, option, str(one.directory))
    one.await_event("signal", rest=name)


def test_svc_pause_and_continue(service, svc):
    one = service({"run": RUNS})
    one.await_phase("ready")
    run(one, svc, "-p", str(one.directory))
    one.await_status(lambda now: now.paused)
    run(one, svc, "-c", str(one.directory))
    one.await_status(lambda now: not now.paused)


def test_svc_kill_is_followed_by_a_restart(service, svc):
    one = service({"run": RUNS, **AT_ONCE})
    one.await_phase("ready")
    run(one, svc, "-k", str(one.directory))
    one.await_starts(2)


def test_svc_once(service, svc):
    one = service({"run": recorded("await go"), "down": "", **AT_ONCE})
    run(one, svc, "-o", str(one.directory))
    one.await_phase("ready")
    one.touch("go")
    assert one.await_phase("down").starts == 1


def test_svc_dx_ends_supervise(service, svc):
    one = service({"run": RUNS})
    one.await_phase("ready")
    run(one, svc, "-dx", str(one.directory))
    assert one.await_exit() == 0


@pytest.mark.parametrize("family", ["daemontools", "busybox"])
def test_svok(service, family):
    command = djb("svok") if family == "daemontools" else [foreign_program("busybox", "busybox"), "svok"]
    one = service({"run": RUNS})
    one.await_phase("ready")
    assert run(one, command, str(one.directory)).returncode == 0
    one.stop()
    if family == "busybox":
        return  # its svok opens the FIFO without O_NONBLOCK: where no supervise runs it hangs, with runsv too
    assert run(one, command, str(one.directory)).returncode == 100


def svstat(one):
    return run(one, djb("svstat"), str(one.directory)).stdout.removeprefix(f"{one.directory}: ").strip()


def test_svstat_up(service):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    assert re.fullmatch(rf"up \(pid {pid}\) [0-9] seconds", svstat(one))


def test_svstat_down(service):
    one = service({"run": RUNS, "down": ""})
    assert re.fullmatch(r"down [0-9] seconds", svstat(one))


def test_svstat_paused(service):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    one.command("p")
    assert re.fullmatch(rf"up \(pid {pid}\) [0-9] seconds, paused", svstat(one))


def test_svstat_normally_down(service):
    one = service({"run": RUNS, "down": ""})
    one.send("u")
    pid = one.await_phase("ready").pid
    assert re.fullmatch(rf"up \(pid {pid}\) [0-9] seconds, normally down", svstat(one))


def test_svstat_want_up_in_backoff(service):
    one = service({"run": recorded("exit 1"), "restart-delay": "60000 2 60000"})
    one.await_phase("backoff")
    assert re.fullmatch(r"down [0-9] seconds, normally up, want up", svstat(one))


def test_svstat_without_supervise(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.stop()
    assert svstat(one) == "supervise not running"


def test_sv_status_run(service):
    one = service({"run": RUNS})
    pid = one.await_phase("ready").pid
    assert re.fullmatch(rf"run: {re.escape(str(one.directory))}: \(pid {pid}\) [0-9]s", sv(one, "status").stdout.strip())


def test_sv_status_down(service):
    one = service({"run": RUNS, "down": ""})
    assert re.fullmatch(rf"down: {re.escape(str(one.directory))}: [0-9]s", sv(one, "status").stdout.strip())


def test_sv_status_finish(service):
    one = service({"run": recorded("exit 1"), "finish": recorded("await go"), "restart": "never"})
    one.await_phase("finishing")
    assert sv(one, "status").stdout.startswith(f"finish: {one.directory}: ")
    one.touch("go")


def test_sv_status_got_term(service):
    one = service({"run": recorded("on TERM record", "mark prepared", "await go", "exit 0")})
    one.await_event("mark")
    one.send("d")
    one.await_event("signal")
    one.await_status(lambda now: now.stop_sent)
    assert "want down, got TERM" in sv(one, "status").stdout
    one.touch("go")


def test_sv_down_and_up_wait_for_it(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    assert sv(one, "stop").returncode == 0
    assert one.status().phase == "down"
    assert sv(one, "start").returncode == 0
    assert one.status().phase == "ready"


def test_sv_restart(service):
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    # sv compares whole seconds: within the second of the start it takes the old process for the new one
    await_until(lambda: int(time.time()) > int(before.changed))
    assert sv(one, "restart").returncode == 0
    now = one.await_phase("ready")
    assert now.starts == 2 and now.pid != before.pid


def test_sv_restart_uses_check(service):
    one = service({"run": RUNS, "check": recorded("exit 0"), "check-interval": "5"})
    before = one.await_phase("ready")
    await_until(lambda: int(time.time()) > int(before.changed))
    assert sv(one, "-w", "20", "restart").returncode == 0
    assert one.await_phase("ready").starts == 2


def test_sv_check(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    found = sv(one, "check")
    assert found.returncode == 0 and found.stdout.startswith("ok: run:")


def test_sv_once(service):
    one = service({"run": recorded("await go"), "down": "", **AT_ONCE})
    assert sv(one, "once").returncode == 0
    assert one.await_phase("ready").want == "once"
    one.touch("go")
    assert one.await_phase("down").starts == 1


def test_sv_exit(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.send("d")  # runit's exit stops the service too; ours, as daemontools', does not
    sv(one, "exit")
    assert one.await_exit() == 0


def test_sv_force_stop(service):
    one = service({"run": recorded("on TERM ignore", "mark prepared", "wait")})
    one.await_event("mark")
    sv(one, "-w", "1", "force-stop")
    one.await_phase("down")


@pytest.mark.parametrize(("verb", "name"), [("hup", "HUP"), ("1", "USR1"), ("2", "USR2"), ("quit", "QUIT"), ("alarm", "ALRM"), ("interrupt", "INT"), ("term", "TERM")])
def test_sv_signals(service, verb, name):
    one = service({"run": recorded("on all record", "mark prepared", "wait")})
    one.await_event("mark")
    sv(one, verb)
    one.await_event("signal", rest=name)


def test_sv_status_of_a_dead_supervise(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.stop()
    assert "runsv not running" in sv(one, "status").stdout + sv(one, "status").stderr


def test_a_run_script_of_chpst(service):
    chpst = foreign_program("chpst", "runit")
    one = service({"run": f"#!/bin/sh\nexec {chpst} -e ./env -P /bin/sh -c 'echo $GREETING >said; exec sleep 1000'\n", "env": {"GREETING": "hello\n"}})
    await_until(lambda: one.path("said").exists() and one.path("said").read_text() == "hello\n")


def test_a_run_script_of_s6(service):
    foreign_program("execlineb", "execline")
    foreign_program("s6-envdir", "s6")
    one = service(
        {
            "run": "#!/usr/bin/execlineb -P\nfdmove -c 2 1\ns6-softlimit -o 30\ns6-envdir ./env\n"
            "foreground { redirfd -w 1 said importas G GREETING echo $G }\n"
            "foreground { fdmove 1 3 echo }\nfdclose 3 sleep 1000\n",
            "env": {"GREETING": "hello\n"},
            "notification-fd": "3",
        }
    )
    one.await_phase("ready")
    assert one.path("said").read_text() == "hello\n"
