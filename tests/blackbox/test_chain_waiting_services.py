"""`when-service`: services of real supervisors, found by name and by directory, and the suite's svwait."""

import os
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.orphans import disown, own
from support.paths import BIN, program
from support.service import RUNS, shell

FAILS = {"run": shell("exit 1"), "finish": shell("exit 125"), "down": "", "restart-delay": "1 1 1", "notification-fd": "3"}


def test_what_services_are(chain, service):
    service({"run": RUNS}, name="web").await_phase("ready")
    service({"run": RUNS, "notification-fd": "3"}, name="slow").await_phase("up", "starting")
    service({"run": RUNS, "down": ""}, name="off").await_phase("down")
    failed = service(FAILS, name="bad")
    failed.send("u")
    failed.await_phase("failed")
    for states in (
        ["up", "web"],
        ["ready", "web"],
        ["ready", "./web/"],
        ["down", "off"],
        ["failed", "bad"],
        ["ready", "web", "down", "off", "failed", "bad"],
        ["-o", "up", "off", "ready", "web"],
        ["up", "web", "--"],
    ):
        assert chain("when-service", "-t", "20s", *states, "echo", "on").stdout == b"on\n", states
    for states in (["ready", "slow"], ["up", "off"], ["down", "web"], ["failed", "web"], ["ready", "web", "ready", "off"]):
        done = chain("when-service", "-t", "10ms", *states, "echo", "on")
        assert (done.returncode, done.stdout) == (99, b"") and done.stderr.endswith(b"svwait: fatal: timed out\n"), states
    assert chain("when-service", "up", "web", "ls", "/proc/self/fd").stdout.split() == [b"0", b"1", b"2", b"3"]


def test_names_are_beside_the_service_that_asks(chain, service, tmp_path):
    web = service({"run": RUNS}, name="web")
    web.await_phase("ready")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    beside = {"SERVICE_DIR": str(tmp_path / "other")}
    assert chain("when-service", "up", "web", "echo", "on", environment=beside, cwd=elsewhere).stdout == b"on\n"
    assert chain("when-service", "up", str(web.directory), "echo", "on", cwd=elsewhere).stdout == b"on\n"
    done = chain("when-service", "up", "web", "echo", "on", cwd=elsewhere)
    assert (done.returncode, done.stderr) == (111, b"svwait: fatal: unable to watch supervise of web: file does not exist\n")


def test_a_service_waits_for_another(service):
    other = service({"run": RUNS, "down": ""}, name="db")
    asking = service({"run": shell(f"exec {BIN}/when-service ready db ./work"), "work": RUNS}, name="app")
    asking.await_phase("ready")
    other.send("u")
    asking.await_event("start")


def test_one_that_gives_up(nursery, service, tmp_path):
    bad = service(FAILS, name="bad")
    waiting = own(
        subprocess.Popen([program("when-service"), "ready", "bad", "echo", "on"], cwd=tmp_path, env=nursery.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    )
    await_in_svwait(waiting.pid)
    bad.send("u")
    out, err = waiting.communicate(timeout=30)
    disown(waiting)
    assert (waiting.returncode, out, err) == (1, b"", b"svwait: warning: bad: gave up: phase failed\n")


def await_in_svwait(pid):
    """Until its svwait has looked, and waits."""

    def waits():
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                children = file.read().split()
        except OSError:
            return None
        for child in children:
            try:
                with open(f"/proc/{child}/syscall", encoding="ascii") as file:
                    if file.read().split()[0] in ("7", "73", "271", "22"):
                        return child
            except (OSError, IndexError):
                pass
        return None

    return await_until(waits, 30, what="svwait to wait")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_it_and_its_svwait(nursery, service, tmp_path, ending):
    service({"run": RUNS, "down": ""}, name="web").await_phase("down")
    waiting = own(subprocess.Popen([program("when-service"), "up", "web", "echo", "on"], cwd=tmp_path, env=nursery.environment, start_new_session=True))
    child = await_in_svwait(waiting.pid)
    waiting.send_signal(ending)
    assert waiting.wait(30) == -ending
    disown(waiting)
    await_until(lambda: not os.path.exists(f"/proc/{child}"), 30, what="the end of svwait")


@pytest.mark.parametrize(
    "wrong", [[], ["up"], ["up", "web"], ["up", "", "true"], ["up", "-u", "true"], ["web", "true"], ["-t", "soon", "up", "web", "true"], ["-z"], ["up", "web", "--"]]
)
def test_wrong_usage(chain, wrong):
    done = chain("when-service", *wrong)
    assert done.returncode == 100 and b"when-service: usage: when-service " in done.stderr


def test_svwait_is_the_one_beside_it_or_that_of_path(run, tmp_path):
    """A copy of the program elsewhere has no svwait beside it."""
    (tmp_path / "alone").mkdir()
    copy = tmp_path / "alone" / "chainload"
    copy.write_bytes((BIN / "chainload").read_bytes())
    copy.chmod(0o755)
    done = run(copy, "when-service", "up", "web", "true", path="/nowhere")
    assert (done.returncode, done.stderr) == (111, b"when-service: fatal: unable to run svwait: file does not exist\n")
    fake = tmp_path / "svwait"
    fake.write_text('#!/bin/sh\necho "$@"\nexit 7\n')
    fake.chmod(0o755)
    done = run(copy, "when-service", "-o", "-t", "5s", "up", "a", "failed", "./b", "true", path=f"{tmp_path}:/bin")
    assert (done.returncode, done.stdout) == (7, b"-o -t 5s -u a -f ./b\n")
    done = run("when-service", "up", "a", "true", path=f"{tmp_path}:{BIN}:/bin")
    assert done.returncode == 111 and done.stderr.startswith(b"svwait: ")
