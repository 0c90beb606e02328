"""accept-each: a process per connection, what it is told, limits, rules, signals."""

import os
import resource
import signal
import socket
import subprocess
import sys

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.chains import sh
from support.listening import DEADLINE, accept_each, exchange, serve  # noqa: F401  (fixtures)
from support.paths import foreign_program

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
VARIABLES = sh("env | grep -E '^(PROTO|TCP|UNIX|LISTEN|RULE)' | sort")


def variables(answer):
    return dict(line.split("=", 1) for line in answer.decode().splitlines())


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def await_children(server, count):
    await_until(lambda: len(children(server.pid)) == count, DEADLINE, what=lambda: f"{count} children: {children(server.pid)} {server.said()}")


# What the program is given


def test_it_speaks_with_the_client(accept_each):
    server = accept_each("cat")
    for text in (b"hello", b"", b"x" * 100_000):
        assert server.ask(text) == text


def test_unfused(accept_each):
    assert accept_each("cd", "/", "cat", environment={"CHAINLOAD_NO_FUSE": "1"}).ask(b"hello") == b"hello"


def test_variables(accept_each):
    outer = {"TCPREMOTEHOST": "of.another.connection", "UNIXREMOTEEUID": "0", "PROTO": "UNIX"}
    server = accept_each("-l", "here.example", *VARIABLES, environment=outer)
    with server.connect() as one:
        port = one.getsockname()[1]
        told = variables(exchange(one))
    assert told == {
        "PROTO": "TCP",
        "TCPREMOTEIP": "127.0.0.1",
        "TCPREMOTEPORT": str(port),
        "TCPLOCALIP": "127.0.0.1",
        "TCPLOCALPORT": str(server.port),
        "TCPLOCALHOST": "here.example",
        "TCPCONNNUM": "1",
    }


def test_ipv6_and_mapped_addresses(serve):
    try:
        server = serve("tcp-listen", "::", 0, "accept-each", "-1", *VARIABLES, port=True)
        with socket.create_connection(("::1", server.port), timeout=DEADLINE) as one:
            told = variables(exchange(one))
    except (AssertionError, OSError):
        pytest.skip("this machine has no IPv6 loopback")
    assert (told["TCPREMOTEIP"], told["TCPLOCALIP"]) == ("::1", "::1")
    assert variables(server.ask())["TCPREMOTEIP"] == "127.0.0.1"


def test_unix(serve, tmp_path):
    serve("unix-listen", "s", "accept-each", *VARIABLES)
    path = str(tmp_path / "s")
    await_until(lambda: os.path.exists(path), DEADLINE)
    with socket.socket(socket.AF_UNIX) as one:
        await_until(lambda: one.connect_ex(path) == 0, DEADLINE)
        told = variables(exchange(one))
    assert told == {
        "PROTO": "UNIX",
        "UNIXREMOTEEUID": str(os.geteuid()),
        "UNIXREMOTEEGID": str(os.getegid()),
        "UNIXREMOTEPID": str(os.getpid()),
        "UNIXLOCALPATH": "s",
        "UNIXCONNNUM": "1",
    }


def test_the_program_has_three_descriptors_and_the_signals_of_before(accept_each):
    probe = "import os, signal; print(sorted(os.listdir('/proc/self/fd'))[:-1], signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.getsignal(signal.SIGCHLD))"
    server = accept_each(sys.executable, "-c", probe)
    assert server.ask() == b"['0', '1', '2'] set() 0\n"


def test_signals_that_are_ignored_and_blocked_stay_so(serve):
    probe = "import signal; print(signal.getsignal(signal.SIGCHLD).name, [s.name for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])])"

    def as_nohup():
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])

    server = serve("tcp-listen", "127.0.0.1", 0, "accept-each", "-1", sys.executable, "-c", probe, port=True, preexec_fn=as_nohup)
    for _ in range(2):
        assert server.ask() == b"SIG_IGN ['SIGUSR1']\n"
    await_children(server, 0)


def test_closed_standard_descriptors_are_no_trap(serve):
    server = serve("cd", ".", *sh("exec tcp-listen 127.0.0.1 0 accept-each -1 sh -c 'exec fdclose 0 cat' 0<&-"), port=True)
    assert server.ask() == b""
    server = serve("fdclose", 0, *sh('exec 5>&1 3</dev/null; exec env fdclose 3 fdclose 0 tcp-listen 127.0.0.1 0 accept-each -1 cat'), port=True)
    assert server.ask(b"through") == b"through"


def test_all_listeners_or_one(serve):
    both = ("tcp-listen", "-n", "one", "127.0.0.1", 0, "tcp-listen", "-n", "two", "127.0.0.1", 0)
    server = serve(*both, "accept-each", "-1", *sh("echo $TCPLOCALPORT"), port=True)
    assert int(server.ask()) == server.port
    inode = {os.readlink(f"/proc/{server.pid}/fd/{fd}") for fd in (3, 4)}
    assert len(inode) == 2
    for name in ("two", "4"):
        chosen = serve(*both, "accept-each", "-1", "-f", name, *sh("echo $TCPLOCALPORT"), port=True)
        assert int(chosen.ask()) == chosen.port


def test_a_program_that_is_not_there(accept_each):
    server = accept_each("no-such-program")
    for count in (1, 2):
        assert not server.ask()
        server.await_said("accept-each: warning: unable to run no-such-program: file does not exist", count)
    assert not children(server.pid)


# What is refused


@pytest.mark.parametrize("words", [(), ("-c", "0", "x"), ("-C", "many", "x"), ("-c", "65537", "x"), ("-z", "x"), ("-l", "n" * 256, "x")], ids=str)
def test_wrong_usage(chain, words):
    done = chain("accept-each", *words)
    assert done.returncode == 100 and b"usage: accept-each " in done.stderr


def test_nothing_to_accept_from(chain, run):
    assert b"there is no listening socket" in chain("accept-each", "true").stderr
    done = run("udp-bind", "127.0.0.1", 0, "accept-each", "true")
    assert done.returncode == 111 and b"there is no listening socket" in done.stderr
    assert b"unable to accept connections on descriptor 3: " in run("udp-bind", "127.0.0.1", 0, "accept-each", "-f", "udp", "true").stderr
    assert b"unable to accept connections on descriptor 77: " in run("accept-each", "-f", 77, "true").stderr
    assert b"no listening descriptor is called x" in run("udp-bind", "127.0.0.1", 0, "accept-each", "-f", "x", "true").stderr


# Limits


def test_limit(accept_each):
    server = accept_each("-c", 2, "cat")
    held = [server.connect() for _ in range(3)]
    await_children(server, 2)
    held[2].sendall(b"late")
    held[2].settimeout(0.05)
    with pytest.raises(TimeoutError):
        held[2].recv(1)
    held[0].close()
    held[2].settimeout(DEADLINE)
    assert held[2].recv(4) == b"late"
    for one in held:
        one.close()
    await_children(server, 0)


def test_limit_per_client(accept_each):
    server = accept_each("-v", "-C", 2, *sh("echo $TCPCONNNUM; cat"))
    held = [server.connect() for _ in range(2)]
    assert sorted(one.recv(2) for one in held) == [b"1\n", b"2\n"]
    assert not server.ask()
    server.await_said(" has too many connections")
    assert server.ask(b"other", source="127.0.0.2") == b"1\nother"
    for one in held:
        one.close()
    await_children(server, 0)
    assert server.ask() == b"1\n"


def test_log_is_that_of_tcpserver(accept_each):
    server = accept_each("-v", "-l", "me", "-c", 7, *sh("exit 3"))
    with server.connect() as one:
        exchange(one)
        port = one.getsockname()[1]
    server.await_said("status: 0/7")
    lines = server.said().splitlines()
    pid = lines[1].split()[2]
    assert lines == [
        "accept-each: status: 1/7",
        f"accept-each: pid {pid} from 127.0.0.1",
        f"accept-each: ok {pid} me:127.0.0.1:{server.port} :127.0.0.1::{port}",
        f"accept-each: end {pid} status 768",
        "accept-each: status: 0/7",
    ]


def test_it_is_quiet_without_v(accept_each):
    server = accept_each("cat")
    server.ask(b"x")
    await_children(server, 0)
    assert server.said() == ""


def test_no_descriptor_left_is_no_end(accept_each):
    server = accept_each("cat")
    used = len(os.listdir(f"/proc/{server.pid}/fd"))
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used, hard))
    with server.connect() as one:
        server.await_said("unable to accept a connection (will try again): process cannot open more files")
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + 8, hard))
        assert exchange(one, b"at last") == b"at last"


def test_idle_is_idle(accept_each):
    server = accept_each("cat")
    server.ask(b"x")
    await_children(server, 0)
    before = processes.switches(server.pid)
    assert stays(lambda: processes.switches(server.pid) == before, 0.3)


def test_memory_and_descriptors_do_not_grow(accept_each):
    server = accept_each("true")
    for _ in range(20):
        server.ask()
    await_children(server, 0)
    before, descriptors = processes.memory_of(server.pid), os.listdir(f"/proc/{server.pid}/fd")
    for _ in range(300):
        server.ask()
    await_children(server, 0)
    after = processes.memory_of(server.pid)
    # (Not what is dirty: a program that has just been built has dirty pages in the page cache too.)
    assert after["Anonymous"] <= before["Anonymous"] + 4
    assert os.listdir(f"/proc/{server.pid}/fd") == descriptors


def test_many_at_once(accept_each):
    server = accept_each("-c", 200, "cat")
    held = [server.connect() for _ in range(150)]
    for number, one in enumerate(held):
        one.sendall(b"%d" % number)
    for number, one in enumerate(held):
        assert one.recv(10) == b"%d" % number
        one.close()
    await_children(server, 0)


# Signals


def held_open(server, count=1):
    held = [server.connect() for _ in range(count)]
    for one in held:
        one.sendall(b".")
        assert one.recv(1) == b"."
    return held


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_term_leaves_the_connections(accept_each, number):
    server = accept_each("cat")
    (one,) = held_open(server)
    os.kill(server.pid, number)
    assert server.await_exit() == 0
    one.sendall(b"still")
    assert one.recv(5) == b"still"
    one.close()


def test_term_with_w_waits_for_them(accept_each):
    server = accept_each("-w", "cat")
    (one,) = held_open(server)
    os.kill(server.pid, signal.SIGTERM)

    def refused():
        with socket.socket() as new:
            return new.connect_ex(("127.0.0.1", server.port)) != 0

    await_until(refused, DEADLINE)
    assert server.popen.poll() is None
    assert exchange(one, b"done") == b"done"
    one.close()
    assert server.await_exit() == 0


def test_a_second_term_does_not_wait(accept_each):
    server = accept_each("-w", "cat")
    (one,) = held_open(server)
    descriptors = len(os.listdir(f"/proc/{server.pid}/fd"))
    os.kill(server.pid, signal.SIGTERM)
    await_until(lambda: len(os.listdir(f"/proc/{server.pid}/fd")) < descriptors, DEADLINE)
    os.kill(server.pid, signal.SIGTERM)
    assert server.await_exit() == 0
    one.close()


def test_hup_ends_the_connections_only(accept_each):
    server = accept_each("cat")
    held = held_open(server, 3)
    os.kill(server.pid, signal.SIGHUP)
    assert all(one.recv(1) == b"" for one in held)
    assert server.ask(b"next") == b"next"


@pytest.mark.parametrize("number,ignored", [(signal.SIGQUIT, False), (signal.SIGABRT, True)])
def test_quit_and_abrt_end_all(accept_each, number, ignored):
    server = accept_each(*sh("trap '' TERM; echo; exec cat") if ignored else ("cat",))
    with server.connect() as one:
        if ignored:
            assert one.recv(1) == b"\n"
        else:
            one.sendall(b".")
            assert one.recv(1) == b"."
        os.kill(server.pid, number)
        assert server.await_exit() == 0
        assert exchange(one) in (b"", None)


def test_a_stopped_connection_is_ended_too(accept_each):
    server = accept_each("cat")
    (one,) = held_open(server)
    (child,) = children(server.pid)
    os.kill(child, signal.SIGSTOP)
    os.kill(server.pid, signal.SIGHUP)
    assert one.recv(1) == b""
    one.close()


def test_foreign_client_and_server(accept_each):
    """tcpclient of ucspi-tcp is served, and a program written for tcpserver runs."""
    client = foreign_program("tcpclient", "ucspi-tcp")
    server = accept_each(*sh('echo "220 $TCPLOCALIP"; read line; echo "got $line"'))
    done = subprocess.run(
        [client, "-RHl0", "127.0.0.1", str(server.port), "sh", "-c", "read a <&6; echo hello >&7; read b <&6; echo $a, $b"],
        capture_output=True,
        timeout=DEADLINE,
        check=True,
    )
    assert done.stdout == b"220 127.0.0.1, got hello\n"
