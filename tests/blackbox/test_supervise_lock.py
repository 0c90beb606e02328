"""Only one supervise runs a service directory, of whatever family it is."""

import os
import signal
import subprocess

import pytest
from support import orphans, processes
from support.awaiting import await_until
from support.paths import foreign_program, program
from support.service import RUNS, shell


def run_supervise(one):
    return subprocess.run([program("supervise"), str(one.directory)], env=one.environment, capture_output=True, text=True, timeout=20, check=False)


def test_a_second_supervise_is_refused_with_111(service):
    one = service({"run": RUNS})
    before = one.await_phase("ready")
    second = run_supervise(one)
    assert second.returncode == 111
    assert "unable to acquire" in second.stderr and "supervise/lock: temporary failure" in second.stderr
    assert one.status().pid == before.pid
    assert len(one.await_events("start")) == 1


def test_the_refused_one_changes_nothing_on_disk(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    before = {name: one.path(f"supervise/{name}").stat() for name in ("status", "lock", "ok", "control")}
    run_supervise(one)
    for name, stat in before.items():
        now = one.path(f"supervise/{name}").stat()
        assert (now.st_ino, now.st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns), name


def test_the_lock_is_free_after_the_end(service):
    one = service({"run": RUNS})
    one.await_phase("ready")
    one.stop()
    one.start()
    one.await_phase("ready")


def test_the_service_does_not_inherit_the_lock(service):
    one = service({"run": RUNS, "leftovers": "keep"})
    one.await_phase("ready")
    one.kill_supervise()
    one.start()  # would be refused if the service held the lock
    assert one.await_phase("ready").starts == 1


PEERS = [("/usr/bin/supervise", "supervise", "daemontools"), ("/usr/bin/runsv", "runsv", "runit"), ("/usr/bin/s6-supervise", "s6-supervise", "s6")]


@pytest.mark.parametrize(("path", "name", "package"), PEERS, ids=[row[2] for row in PEERS])
def test_a_peer_is_refused_where_ours_runs(service, path, name, package):
    foreign_program(name, package)
    one = service({"run": RUNS})
    one.await_phase("ready")
    peer = subprocess.run([path, str(one.directory)], env=one.environment, capture_output=True, text=True, timeout=20, check=False)
    assert peer.returncode != 0
    assert len(one.await_events("start")) == 1


@pytest.mark.parametrize(("path", "name", "package"), PEERS, ids=[row[2] for row in PEERS])
def test_ours_is_refused_where_a_peer_runs(service, path, name, package):
    foreign_program(name, package)
    one = service({"run": shell("echo $$ >>pids", "exec sleep 1000")}, start=False)
    peer = orphans.own(subprocess.Popen([path, str(one.directory)], env=one.environment, stderr=subprocess.DEVNULL))
    try:
        await_until(lambda: one.path("pids").exists() and one.path("pids").read_text().strip())
        ours = run_supervise(one)
        assert ours.returncode == 111
        assert len(one.path("pids").read_text().split()) == 1
    finally:
        peer.send_signal(signal.SIGKILL)
        peer.wait()
        orphans.disown(peer)
        pid = int(one.path("pids").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        await_until(lambda: not processes.alive(pid))


@pytest.mark.parametrize(("path", "name", "package"), PEERS[:2], ids=[row[2] for row in PEERS[:2]])
def test_a_directory_that_a_peer_has_run_before_works(service, path, name, package):
    foreign_program(name, package)
    one = service({"run": shell("echo $$ >>pids", "exec sleep 1000")}, start=False)
    peer = orphans.own(subprocess.Popen([path, str(one.directory)], env=one.environment, stderr=subprocess.DEVNULL))
    await_until(lambda: one.path("pids").exists() and one.path("pids").read_text().strip())
    one.send("dx")
    await_until(lambda: peer.poll() is not None)
    orphans.disown(peer)
    one.start()
    one.await_phase("ready")
