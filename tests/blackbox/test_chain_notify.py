"""notify-when and notify-bridge: readiness of programs that say it otherwise or not at all."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.chains import sh
from support.listening import DEADLINE, serve  # noqa: F401  (fixture)
from support.paths import BIN, foreign_program
from support.service import shell


def reading_end(serve, fd, *command, **options):
    """A chain that has the write end of a pipe as descriptor `fd`; and the read end."""
    read, write = os.pipe()
    server = serve("fdmove", fd, write, *command, pass_fds=(write,), **options)
    os.close(write)
    return server, os.fdopen(read, "rb")


def chained(*lines):
    return shell(f"export PATH={BIN}:$PATH", *lines)


def others(nursery, *known):
    return [pid for pid in nursery.processes() if pid not in known]


def await_alone(nursery, server):
    """Only the program is left of the chain."""
    await_until(lambda: others(nursery, server.pid) == [], DEADLINE, what=lambda: str(nursery.processes()))


def end(server):
    os.kill(server.pid, signal.SIGTERM)
    server.await_exit()


# notify-when: a descriptor


@pytest.mark.parametrize("no_fuse", ["0", "1"])
def test_path(serve, nursery, tmp_path, no_fuse):
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "path", "there", "sleep", "1000", environment={"CHAINLOAD_NO_FUSE": no_fuse})
    os.set_blocking(told.fileno(), False)
    await_until(lambda: "sleep" in processes.command_line(server.pid), DEADLINE)
    assert stays(lambda: told.read() is None, 0.15)
    assert not os.path.exists(f"/proc/{server.pid}/fd/5")
    (tmp_path / "there").touch()
    os.set_blocking(told.fileno(), True)
    assert told.read() == b"\n"  # and nobody has it open any more
    await_alone(nursery, server)
    end(server)


def test_the_program_has_no_child_and_is_the_chain(serve):
    probe = "import os, sys; print(os.getpid())\ntry: os.wait()\nexcept ChildProcessError: print('none')"
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "path", "/", sys.executable, "-c", probe, stdout=subprocess.PIPE)
    assert server.popen.stdout.read() == b"%d\nnone\n" % server.pid
    server.popen.stdout.close()
    told.close()
    server.await_exit()


def test_port(serve, nursery):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        server, told = reading_end(serve, 5, "notify-when", "-d", 5, "port", "127.0.0.1", port, "sleep", "1000")
        os.set_blocking(told.fileno(), False)
        assert stays(lambda: told.read() is None, 0.25)
        held.listen()
        os.set_blocking(told.fileno(), True)
        assert told.read() == b"\n"
    await_alone(nursery, server)
    end(server)


def test_command(serve, nursery, tmp_path):
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "{", *sh("echo out; echo asked >&2; test -e there"), "}", "sleep", "1000", stdout=subprocess.PIPE)
    server.await_said("asked", 2)
    (tmp_path / "there").touch()
    assert told.read() == b"\n"
    await_alone(nursery, server)
    end(server)
    assert server.popen.stdout.read() == b""
    server.popen.stdout.close()


def test_a_command_that_hangs_ends_with_the_program(serve, nursery):
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "{", *sh("echo asked >&2; trap '' TERM; sleep 1000; true"), "}", "sleep", "1000")
    server.await_said("asked")
    end(server)
    assert told.read() == b""
    await_alone(nursery, server)


def test_time_limit(serve, nursery):
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "-t", "120ms", "path", "never", "sleep", "1000")
    assert told.read() == b""
    server.await_said("notify-when: warning: the time is over, and it is not ready\n")
    await_alone(nursery, server)
    end(server)


def test_a_program_that_ends_is_not_ready(serve, nursery):
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "path", "never", "true")
    assert told.read() == b""
    assert server.await_exit() == 0
    await_alone(nursery, server)
    assert server.said() == ""


def test_a_program_that_cannot_be_run(serve, nursery):
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "path", "never", "no-such-program")
    assert server.await_exit() == 127
    assert told.read() == b""
    await_alone(nursery, server)


def test_line(serve, nursery, tmp_path):
    os.mkfifo(tmp_path / "pace")
    script = 'exec <pace; printf "starting\\nrea"; read x; printf "dy to serve\\n"; read x; echo more'
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "line", "ready to", *sh(script), stdout=subprocess.PIPE)
    os.set_blocking(told.fileno(), False)
    with open(tmp_path / "pace", "wb", buffering=0) as pace, server.popen.stdout as said:
        assert said.read(12) == b"starting\nrea"
        assert stays(lambda: told.read() is None, 0.05)
        pace.write(b"\n")
        assert said.readline() == b"dy to serve\n"
        os.set_blocking(told.fileno(), True)
        assert told.read() == b"\n"
        pace.write(b"\n")
        assert said.read() == b"more\n"
    assert server.await_exit() == 0
    await_alone(nursery, server)


def test_line_of_standard_error(serve, nursery):
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "-e", "line", "up", *sh("echo up; echo going up >&2; echo end >&2"))
    assert told.read() == b"\n"
    server.await_said("going up\nend\n")
    server.await_exit()
    await_alone(nursery, server)


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_nothing_of_the_output_is_lost(serve, nursery, tmp_path, size):
    """Neither before the line, nor after it, nor when the program ends at once; to a pipe and to a file for appending."""
    (tmp_path / "data").write_bytes(os.urandom(size).replace(b"ready", b"") + b"\nready\n")
    content = (tmp_path / "data").read_bytes() * 2
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "line", "ready", "cat", "data", "data", stdout=subprocess.PIPE)
    with server.popen.stdout as said:
        assert said.read() == content
    assert told.read() == b"\n"
    server.await_exit()
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "line", "ready", "redirfd", "-a", 1, "copy", "cat", "data", "data")
    server.await_exit()
    assert told.read() == b""
    server, told = reading_end(serve, 5, "redirfd", "-a", 1, "log", "notify-when", "-d", 5, "line", "ready", "cat", "data", "data")
    server.await_exit()
    assert told.read() == b"\n"
    await_alone(nursery, server)
    assert (tmp_path / "log").read_bytes() == content


def test_output_is_copied_on_after_the_time_limit_and_through_term(serve, nursery):
    script = "trap 'echo last; exit 0' TERM; echo first; while :; do sleep 0.05; done"
    server, told = reading_end(serve, 5, "notify-when", "-d", 5, "-t", "50ms", "line", "never", *sh(script), stdout=subprocess.PIPE, start_new_session=True)
    with server.popen.stdout as said:
        assert said.readline() == b"first\n"
        assert told.read() == b""
        os.killpg(server.pid, signal.SIGTERM)
        assert said.read() == b"last\n"
    server.await_exit()
    await_alone(nursery, server)


# What is refused


@pytest.mark.parametrize(
    "words",
    [
        ("path", "/"),
        ("port", "127.0.0.1"),
        ("line", "", "true"),
        ("line", "a\nb", "true"),
        ("line", "x" * 513, "true"),
        ("{", "true", "true"),
        ("{", "}", "true"),
        ("-t", "x", "path", "/", "true"),
        ("-d", "2", "path", "/", "true"),
        ("-d", "x", "path", "/", "true"),
    ],
    ids=str,
)
def test_wrong_usage(chain, words):
    done = chain("notify-when", *words)
    assert done.returncode == 100 and b"usage: notify-when " in done.stderr


def test_what_cannot_be(chain):
    def told(*words, **options):
        done = chain(*words, **options)
        assert done.returncode == 111
        return done.stderr.decode()

    assert "NOTIFY_SOCKET is not set" in told("notify-when", "path", "/", "true")
    assert "NOTIFY_SOCKET is no address: vsock:2:3" in told("notify-when", "path", "/", "true", environment={"NOTIFY_SOCKET": "vsock:2:3"})
    assert "unable to use descriptor 9: " in told("notify-when", "-d", 9, "path", "/", "true")
    assert "not an IP address: example.org" in told("notify-when", "-d", 9, "port", "example.org", 80, "true")
    assert "no port of tcp: 0" in told("notify-when", "-d", 9, "port", "127.0.0.1", 0, "true")
    assert "unable to run no-such-program: file does not exist" in told("notify-when", "-d", 9, "{", "no-such-program", "}", "true")
    assert "unable to use descriptor 9: " in told("notify-bridge", "-d", 9, "true")
    assert "NOTIFY_SOCKET is not set" in told("notify-bridge", "-w", 9, "true")
    for words in (("true",), ("-d", "5"), ("-d", "5", "-w", "6", "true"), ("-w", "1", "true")):
        assert chain("notify-bridge", *words).returncode == 100


# With supervise


@pytest.mark.parametrize("setting", [{"notify": ""}, {"notification-fd": "7"}], ids=str)
@pytest.mark.parametrize("when", ["path there", "line ready", "'{' test -e there '}'"])
def test_supervise_is_told(service, setting, when):
    option = "-d 7" if "notification-fd" in setting else ""
    one = service({"run": chained(f"exec notify-when {option} {when} sh -c 'while [ ! -e there ]; do sleep 0.02; done; echo ready; exec sleep 1000'"), **setting})
    pid = one.await_phase("up").pid
    assert stays(lambda: one.status().phase == "up", 0.1)
    one.touch("there")
    now = one.await_phase("ready", deadline=DEADLINE)
    assert (now.pid, now.starts) == (pid, 1)
    assert "ignored" not in one.stderr()
    one.send("d")
    one.await_phase("down", deadline=DEADLINE)


@pytest.mark.parametrize("setting", [{"notify": ""}, {"notification-fd": "7"}], ids=str)
def test_port_with_supervise(service, setting):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        option = "-d 7" if "notification-fd" in setting else ""
        one = service({"run": chained(f"exec notify-when {option} port 127.0.0.1 {held.getsockname()[1]} sleep 1000"), **setting})
        one.await_phase("up")
        held.listen()
        one.await_phase("ready", deadline=DEADLINE)


def test_a_bridge_from_a_newline(service):
    one = service({"run": chained("exec notify-bridge -w 4 sh -c 'test -z \"$NOTIFY_SOCKET\" || exit 1; echo starting >&2; while [ ! -e there ]; do sleep 0.02; done; echo >&4; exec 4>&-; exec sleep 1000'"), "notify": ""})
    pid = one.await_phase("up").pid
    one.await_stderr("starting")
    one.touch("there")
    now = one.await_phase("ready", deadline=DEADLINE)
    assert (now.pid, now.starts) == (pid, 1)
    await_until(lambda: [p for p in processes.marked(one.environment[processes.MARKER]) if p not in (pid, one.supervise_pid)] == [], DEADLINE)


SAY = """
import os, socket, sys, time
path = os.environ["NOTIFY_SOCKET"]
one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for text in sys.argv[1:]:
    one.sendto(text.encode(), path.replace("@", chr(0)))
if os.environ.get("BARRIER"):
    read, write = os.pipe()
    socket.send_fds(one, [b"BARRIER=1"], [write], address=path.replace("@", chr(0)))
    os.close(write)
    os.read(read, 1)
time.sleep(1000)
"""


@pytest.mark.parametrize("texts", [("READY=1",), ("STATUS=x\nREADY=1\n",), ("READY=0", "XREADY=1", "READY=11", "READY=1")], ids=str)
def test_a_bridge_to_a_newline(service, texts, tmp_path):
    (tmp_path / "say.py").write_text(SAY)
    words = " ".join(f"'{text}'" for text in texts)
    one = service({"run": chained(f"exec notify-bridge -d 7 {sys.executable} {tmp_path}/say.py {words}"), "notification-fd": "7"})
    now = one.await_phase("ready", deadline=DEADLINE)
    assert (now.pid, now.starts) == (one.status().pid, 1)


def test_a_bridge_hears_descendants_and_nobody_else(serve, nursery, tmp_path):
    (tmp_path / "say.py").write_text(SAY)
    script = 'echo $NOTIFY_SOCKET; read x; exec 3>&-; "$@" & exec sleep 1000'
    os.mkfifo(tmp_path / "go")
    server, told = reading_end(
        serve, 5, "notify-bridge", "-d", 5, *sh(f"exec 0<>go; {script}"), "sh", sys.executable, "say.py", "READY=1", stdout=subprocess.PIPE
    )
    with server.popen.stdout as said:
        path = said.readline().decode().strip()
    assert path.startswith("@")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"READY=1", path.replace("@", "\0"))
    os.set_blocking(told.fileno(), False)
    assert stays(lambda: told.read() is None, 0.05)
    with open(tmp_path / "go", "wb", buffering=0) as go:
        go.write(b"\n")
        os.set_blocking(told.fileno(), True)
        assert told.read() == b"\n"
    for pid in others(nursery, server.pid):
        if "say.py" in processes.command_line(pid):
            os.kill(pid, signal.SIGKILL)
    end(server)
    await_alone(nursery, server)


def test_a_barrier_is_let_go(serve, tmp_path, nursery):
    """systemd-notify waits for that, 5 s long, which a busy machine may take once, and fails without an answer."""
    notify = foreign_program("systemd-notify", "systemd")
    server, told = reading_end(serve, 5, "notify-bridge", "-d", 5, *sh(f"for try in 1 2 3; do {notify} --ready && break; done; echo done $?; exec sleep 1000"), stdout=subprocess.PIPE)
    with server.popen.stdout as said:
        assert said.readline() == b"done 0\n"
    assert told.read() == b"\n"
    end(server)
    await_alone(nursery, server)
