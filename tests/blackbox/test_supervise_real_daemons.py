"""Real daemons in their background modes are found, followed, restarted and stopped, and leave nothing behind."""

import os
import signal
import socket

import pytest
from support import processes
from support.awaiting import await_until
from support.paths import foreign_program
from support.service import shell, supervised_processes

AT_ONCE = {"restart-delay": "1 1 1"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx(port, pid_file):
    program = foreign_program("nginx", "nginx-light")
    configuration = (
        "daemon on; master_process on; worker_processes 2; user root; pid nginx.pid; error_log error.log;"
        "events {} http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;"
        f" uwsgi_temp_path uwsgi; scgi_temp_path scgi; server {{ listen 127.0.0.1:{port}; }} }}"
    )
    return {
        "run": shell(f'exec {program} -p "$PWD" -c nginx.conf -e error.log'),
        "nginx.conf": configuration.replace("user root; ", "" if os.getuid() else "user root; "),
        "forking": "nginx.pid" if pid_file else "",
    }


def redis(port, pid_file):
    program = foreign_program("redis-server", "redis-server")
    named = '--pidfile "$PWD/redis.pid"' if pid_file else '--pidfile ""'
    return {
        "run": shell(f'exec {program} --daemonize yes --bind 127.0.0.1 --port {port} --save "" --logfile "$PWD/redis.log" --dir "$PWD" {named}'),
        "forking": "redis.pid" if pid_file else "",
    }


def memcached(port, pid_file):
    program = foreign_program("memcached", "memcached")
    named = '-P "$PWD/memcached.pid"' if pid_file else ""
    user = "-u root" if os.getuid() == 0 else ""
    return {"run": shell(f"exec {program} -d {user} -l 127.0.0.1 -p {port} -U 0 {named}"), "forking": "memcached.pid" if pid_file else ""}


def dnsmasq(port, pid_file):
    program = foreign_program("dnsmasq", "dnsmasq-base")
    named = '--pid-file="$PWD/dnsmasq.pid"' if pid_file else "--pid-file="
    user = "--user=root --group=root" if os.getuid() == 0 else ""
    return {
        "run": shell(
            f"exec {program} --conf-file=/dev/null --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces"
            f" --port={port} {user} --log-facility=\"$PWD/log\" {named}"
        ),
        "forking": "dnsmasq.pid" if pid_file else "",
    }


@pytest.fixture(params=[(daemon, pid_file) for daemon in (nginx, redis, memcached, dnsmasq) for pid_file in (True, False)], ids=lambda row: f"{row[0].__name__}-{'pid-file' if row[1] else 'no-pid-file'}")
def daemon(request, service):
    """(the running service, its port)"""
    make, pid_file = request.param
    port = free_port()
    one = service({**make(port, pid_file), "timeout-up": "10000", "timeout-kill": "5000", **AT_ONCE})
    one.await_phase("ready", deadline=20)
    await_until(lambda: listens(port), 20, what=lambda: f"port {port}; {one.status()}; {one.stderr()}")
    return one, port


def listens(port):
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_daemon_in_the_background(daemon):
    one, port = daemon
    now = one.status()
    assert "forking" in now.flags
    assert os.path.basename(processes.command_line(now.pid).split()[0]).startswith(("nginx", "redis", "memcached", "dnsmasq"))

    os.kill(now.pid, signal.SIGKILL)  # its death is seen, all of it is cleared, and it runs again
    again = one.await_status(lambda status: status.phase == "ready" and status.starts > now.starts, deadline=20)
    assert again.pid != now.pid and again.deaths == now.deaths + 1
    await_until(lambda: listens(port), 20)

    one.send("d")
    one.await_phase("down", deadline=20)
    assert supervised_processes(one) == []
    assert not listens(port)


def test_an_adopted_daemon_in_the_background(daemon):
    one, port = daemon
    before = one.status()
    one.kill_supervise()
    assert listens(port)
    one.start()
    now = one.await_status(lambda status: status.supervise_pid == one.supervise_pid)
    assert (now.pid, now.starts) == (before.pid, before.starts)
    one.send("d")
    one.await_phase("down", deadline=20)
    await_until(lambda: supervised_processes(one) == [])
