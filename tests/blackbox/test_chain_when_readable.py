"""when-readable: a program that starts at the first connection, and finds it still there."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.chains import sh
from support.listening import DEADLINE, exchange, serve  # noqa: F401  (fixtures)
from support.paths import BIN, foreign_program
from support.service import shell


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def name_of(pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as file:
        return file.read().strip()


def await_waiting(server):
    """The chain has come to when-readable: it sleeps in poll."""
    await_until(lambda: server.popen.poll() is not None or processes.state(server.pid) == "S", DEADLINE)
    assert server.popen.poll() is None, server.said()


def connect(path):
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(DEADLINE)
    await_until(lambda: one.connect_ex(str(path)) == 0, DEADLINE)
    return one


ANSWER = "import socket; one, _ = socket.socket(fileno=3).accept(); one.sendall(b'served ' + one.recv(99)); one.close()"


@pytest.mark.parametrize("no_fuse", ["0", "1"])
def test_it_waits_for_a_connection(serve, tmp_path, no_fuse):
    server = serve("unix-listen", "s", "when-readable", sys.executable, "-c", ANSWER, environment={"CHAINLOAD_NO_FUSE": no_fuse})
    await_until(lambda: (tmp_path / "s").exists(), DEADLINE)
    await_waiting(server)
    before = processes.switches(server.pid)
    assert stays(lambda: processes.switches(server.pid) == before, 0.1)
    with connect(tmp_path / "s") as one:
        assert exchange(one, b"now") == b"served now"
    assert server.await_exit() == 0


def test_it_waits_for_a_datagram(serve, tmp_path):
    server = serve("unix-listen", "-t", "dgram", "s", "when-readable", *sh("head -c 5 <&3 >got"))
    await_until(lambda: (tmp_path / "s").exists(), DEADLINE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.sendto(b"hello", str(tmp_path / "s"))
    assert server.await_exit() == 0
    assert (tmp_path / "got").read_bytes() == b"hello"


def test_any_of_several_or_a_certain_one(serve, tmp_path):
    for option, name in (((), "a"), ((), "b"), (("-f", "b"), "b"), (("-f", "4"), "b")):
        server = serve("fifo-open", "-n", "a", "a", "fifo-open", "-n", "b", "b", "when-readable", *option, "true")
        await_until(lambda: (tmp_path / "b").exists(), DEADLINE)
        await_waiting(server)
        other = "a" if name == "b" else "b"
        if option:
            with open(tmp_path / other, "wb", buffering=0) as fifo:
                fifo.write(b"x")
            assert stays(lambda: server.popen.poll() is None, 0.05)
        with open(tmp_path / name, "wb", buffering=0) as fifo:
            fifo.write(b"x")
            assert server.await_exit() == 0


def test_time_limit(chain, run):
    done = run("udp-bind", "127.0.0.1", 0, "when-readable", "-t", "20ms", "echo", "never")
    assert (done.returncode, done.stdout, done.stderr) == (99, b"", b"")
    assert run("redirfd", "-r", 0, "/dev/zero", "when-readable", "-f", 0, "-t", "1h", "echo", "there").stdout == b"there\n"


def test_term_ends_it(serve, tmp_path):
    server = serve("fifo-open", "f", "when-readable", "true")
    await_until(lambda: (tmp_path / "f").exists(), DEADLINE)
    os.kill(server.pid, signal.SIGTERM)
    assert server.await_exit() == -signal.SIGTERM


def test_what_cannot_be_waited_for(chain, run):
    assert chain("when-readable", "true").stderr == b"when-readable: fatal: there is no listening descriptor: LISTEN_FDS is not set for this process\n"
    assert b"no listening descriptor is called web" in chain("when-readable", "-f", "web", "true").stderr
    assert b"unable to wait on descriptor 77: " in chain("when-readable", "-f", 77, "true").stderr
    assert chain("when-readable", "-t", "soon", "true").returncode == 100
    assert chain("when-readable", "-f", 0).returncode == 100


def test_a_python_server_is_activated(serve):
    port = free_port()
    code = "import http.server, socket; s = http.server.HTTPServer(('', 0), http.server.SimpleHTTPRequestHandler, False); s.socket = socket.socket(fileno=3); s.handle_request()"
    server = serve("tcp-listen", "127.0.0.1", port, "when-readable", sys.executable, "-c", code, stdout=subprocess.DEVNULL)

    def asked():
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=DEADLINE).status == 200
        except OSError:
            return False

    await_until(asked, DEADLINE, what=server.said)
    assert server.await_exit() == 0


def test_supervise_starts_nginx_at_the_first_request(service, tmp_path):
    """The chain of the manual: nginx inherits the socket by its own variable, NGINX."""
    nginx = foreign_program("nginx", "nginx-light")
    port = free_port()
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {tmp_path}/nginx.pid; error_log stderr; events {{}}\n"
        f'http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{ return 200 "served"; }} }} }}\n'
    )
    one = service({"run": shell(f"export PATH={BIN}:$PATH", f"exec tcp-listen 127.0.0.1 {port} when-readable export NGINX '3;' {nginx} -c {tmp_path}/nginx.conf")})
    one.await_phase("ready")
    pid = one.status().pid

    def listening():
        with open("/proc/net/tcp", encoding="ascii") as file:
            return f"0100007F:{port:04X} 00000000:0000 0A" in file.read()

    await_until(listening, DEADLINE, what=one.stderr)
    assert name_of(pid) != "nginx"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=DEADLINE) as answer:
        assert answer.read() == b"served"
    assert name_of(pid) == "nginx"
    one.send("d")
    one.await_phase("down")
