"""time-limit: a program that must end in time, as coreutils' timeout, but with all that it has started."""

import os
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import SYSTEM, sh
from support.paths import BIN, program
from support.processes import alive, session

WAYS = pytest.mark.parametrize("extra", [{}, {"CHAINLOAD_NO_FUSE": "1"}], ids=["fused", "apart"])
STUBBORN = "trap '' TERM; exec sleep 1000"


class running(subprocess.Popen):
    """One that a failed test does not wait for."""

    def __exit__(self, kind, *rest):
        if kind:
            self.kill()
        super().__exit__(kind, *rest)


@pytest.fixture
def start(nursery, tmp_path):
    def begin(*words, extra=None, **options):
        environment = {**nursery.environment, "PATH": f"{BIN}:{SYSTEM}", **(extra or {})}
        return running([program("time-limit"), *words], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, **options)

    return begin


def end(pid):
    os.kill(pid, signal.SIGKILL)
    await_until(lambda: not alive(pid), what="its end")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], "exit 0"), ([], "exit 5"), ([], "exec sleep 1000"), (["-s", "KILL"], "exec sleep 1000"), (["-s", "HUP"], "exec sleep 1000"),
        (["-k", "0.1"], STUBBORN), (["-s", "INT"], "trap 'exit 3' INT; echo told; sleep 1000"), ([], "trap 'exit 0' TERM; sleep 1000 & wait"),
    ],
)  # fmt: skip
def test_the_exit_code_is_that_of_timeout(run, options, text):
    """timeout takes fractions, we take milliseconds."""
    theirs = subprocess.run(["/usr/bin/timeout", *options, "0.2", *sh(text)], capture_output=True, timeout=30, check=False)
    words = ["100ms" if word == "0.1" else word for word in options]
    for extra in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
        done = run("time-limit", *words, "200ms", "umask", "022", *sh(text), environment=extra)
        code = theirs.returncode if theirs.returncode >= 0 else 128 - theirs.returncode
        assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize(("text", "code"), [("kill -9 $$", 137), ("kill -TERM $$", 143), ("exit 255", 255)])
def test_the_code_of_a_program_that_ends_in_time(chain, text, code):
    assert chain("time-limit", "0", *sh(text)).returncode == code
    assert chain("time-limit", "1h", "-k", "5s", "-s", "USR1", "-p", *sh(text)).returncode == code


def test_the_code_of_the_program_if_asked_for(chain):
    assert chain("time-limit", "50ms", "-p", *sh("trap 'exit 8' TERM; sleep 1000 & wait")).returncode == 8
    assert chain("time-limit", "-p", "50ms", "sleep", "1000").returncode == 143


@WAYS
def test_all_that_was_started_is_ended(start, extra):
    """In its group and out of it, by TERM or by KILL, whether or not the program itself is still there."""
    inner = f"setsid sh -c 'echo $$; {STUBBORN.replace(chr(39), chr(34))}' & sh -c 'echo $$; exec sleep 1000' & setsid sh -c 'sh -c \"echo \\$\\$; exec sleep 1000\" & wait' & wait"
    with start("300ms", "-k", "300ms", *sh(inner), extra=extra) as process:
        pids = [int(process.stdout.readline()) for _ in range(3)]
        assert process.wait(25) == 124
    assert not any(alive(pid) for pid in pids)


def test_what_is_left_in_time_is_left_alone(start):
    with start("1h", *sh("setsid sh -c 'echo $$; exec sleep 1000' & read line; exit 0"), stdin=subprocess.PIPE) as process:
        left = int(process.stdout.readline())
        process.stdin.write(b"\n")
        process.stdin.close()
        process.stdin = None
        assert process.wait(20) == 0
        assert alive(left)
        end(left)


def test_a_program_of_an_earlier_link_is_left_alone(nursery):
    words = ["{", *sh("echo $$; exec sleep 1000"), "}", "time-limit", "100ms", "-k", "100ms", *sh(f"echo $$; {STUBBORN}")]
    environment = {**nursery.environment, "PATH": f"{BIN}:{SYSTEM}"}
    with running([program("background"), *words], env=environment, stdout=subprocess.PIPE) as process:
        pids = {int(process.stdout.readline()), int(process.stdout.readline())}
        assert process.wait(25) == 137
        (left,) = (pid for pid in pids if alive(pid))
        end(left)


@WAYS
def test_signals_reach_the_group_and_start_the_last_wait(start, extra):
    text = "trap 'echo hup' HUP; sh -c 'trap \"\" TERM HUP; echo ready; exec sleep 1000' & trap 'echo term' TERM; while :; do wait; done"
    with start("1h", "-k", "100ms", *sh(text), extra=extra) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == b"hup\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == b"term\n"
        assert process.wait(20) == 137
        assert process.stdout.read() == b""


def test_a_stopped_program_is_ended_too(start):
    with start("300ms", *sh("echo $$; kill -STOP $$; exec sleep 1000")) as process:
        pid = int(process.stdout.readline())
        assert process.wait(20) == 124
    assert not alive(pid)


@pytest.mark.parametrize(("options", "own"), [([], True), (["-f"], False)])
def test_the_process_group(start, options, own):
    with start("1h", *options, *sh("echo $$; read line; exit 3"), stdin=subprocess.PIPE) as process:
        pid = int(process.stdout.readline())
        assert (os.getpgid(pid) == pid) is own and session(pid) == os.getsid(0)
        assert (os.getpgid(pid) == os.getpgid(process.pid)) is not own
        process.stdin.close()
        process.stdin = None
        assert process.wait(20) == 3


def test_only_the_program_itself(start):
    with start("-f", "100ms", *sh("sh -c 'echo $$; exec sleep 1000' & exec sleep 1000")) as process:
        left = int(process.stdout.readline())
        assert process.wait(20) == 124
        assert alive(left)
        end(left)


def test_the_program_gets_what_it_would_get_alone(chain):
    show = sh("grep -E '^(Sig[BIC]|...Pnd)' /proc/self/status; cd /proc/$$/fd; echo *")
    assert chain("time-limit", "1h", *show).stdout == chain("umask", "022", *show).stdout


@pytest.mark.parametrize("words", [[], ["5"], ["soon", "true"], ["5", "-k", "soon", "true"], ["5", "-s", "NO", "true"], ["-x", "5", "true"], ["5", "-x", "true"], ["-k", "5"]])
def test_usage(chain, words):
    done = chain("time-limit", *words)
    assert done.returncode == 100 and b"time-limit: usage: " in done.stderr
