"""sv-security(7), PROCESSES: who counts as a process of the service."""

import os
import signal
import socket
import subprocess
import time

import pytest
from support import processes
from support.awaiting import await_until
from support.service import RUNS, recorded


@pytest.fixture
def bystander(nursery):
    """A process that is none of the service's, nor has begun in the same tick of the clock."""
    process = subprocess.Popen(["/bin/sleep", "1000"], env={"PATH": "/bin"})
    began = processes.start_time(process.pid)
    await_until(lambda: time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK") > began + 2)
    yield process
    alive = process.poll() is None
    process.kill()
    process.wait()
    assert alive, "it was killed with a service that it is not of"


def test_a_record_of_a_process_that_has_gone_names_nobody(service, bystander):
    one = service({"run": RUNS})
    one.await_phase("ready")
    pid = one.status().pid
    one.kill_supervise()
    os.kill(pid, signal.SIGKILL)
    await_until(lambda: not processes.alive(pid), what="the end of the main process")
    record = bytearray(one.path("supervise/status").read_bytes())
    record[12:16] = bystander.pid.to_bytes(4, "little")  # the pid is another's by now, the start time is not
    one.path("supervise/status").write_bytes(record)
    one.start()
    one.await_status(lambda now: now.starts >= 2)
    assert one.status().pid != bystander.pid
    one.send("d")
    one.await_phase("down")


def test_a_pid_file_names_only_descendants(service, bystander):
    one = service({"run": recorded("daemon {", "wait", "}", "exit 0"), "forking": "pid", "timeout-up": "300", "restart": "never"}, start=False)
    one.write("pid", str(bystander.pid))
    one.start()
    one.await_phase("failed")
    assert bystander.poll() is None


def test_a_pid_file_is_no_symbolic_link(service):
    run = recorded("daemon {", "pidfile real", "wait", "}", "exit 0")
    one = service({"run": run, "forking": "pid", "timeout-up": "300", "restart": "never"}, start=False)
    one.path("pid").symlink_to("real")
    one.start()
    one.await_phase("failed")


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_a_variable_alone_makes_nobody_a_member(service):
    one = service({"run": recorded("notify READY=1", "wait"), "notify": ""})
    ready = one.await_phase("ready")
    one.kill_supervise()
    one.start()
    assert one.await_status(lambda now: now.supervise_pid != ready.supervise_pid).pid == ready.pid
    address = one.path("supervise/notify")
    # It reaches the socket by a descriptor: what it may search is not what is tested.
    client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    client.connect(str(address))
    code = f"import os, socket; socket.socket(fileno={client.fileno()}).send(b'STATUS=forged\\nMAINPID=%d' % os.getpid()); input()"
    forged = subprocess.Popen(
        ["/usr/bin/python3", "-c", code],
        env={"SERVICE_DIR": str(one.directory)},
        stdin=subprocess.PIPE,
        pass_fds=[client.fileno()],
        user=65534,
        group=65534,
        extra_groups=[],
    )
    one.await_stderr("a notify message of pid")
    assert one.status().pid == ready.pid and one.status().text == ""
    # Nor does it hold up the end of the service, for which nothing but what is known for certain is waited for.
    forged.send_signal(signal.SIGSTOP)
    one.send("d")
    one.await_phase("down")
    forged.kill()
    forged.wait()
    client.close()


def test_a_service_gets_no_descriptor_but_its_own(service, tmp_path):
    one = service({"run": recorded("descriptors", "wait")}, start=False)
    extra = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(extra, True)
    one.start(pass_fds=[extra])
    os.close(extra)
    found = dict(entry.split("=", 1) for entry in one.await_event("descriptors").rest.split())
    assert set(found) == {"0", "1", "2"}, found
    assert str(tmp_path) not in found.values()
