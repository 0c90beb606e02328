"""`at`: the calendar and the interval, the file of the last run, and a service that is a cron job."""

import re
import signal
import subprocess
import time

import pytest
from support.awaiting import await_until
from support.chains import sh
from support.orphans import own
from support.paths import BIN, program
from support.processes import state
from support.service import shell


def file_time(path):
    return float(path.read_text(encoding="ascii"))


def test_an_interval(chain):
    assert chain("at", "every", "1ms", "echo", "on").stdout == b"on\n"
    assert chain("at", "every 1ms", "echo", "on").stdout == b"on\n"
    assert chain("at", "-r", "2ms", "every", "1ms", "echo", "on").stdout == b"on\n"


def test_a_time_that_comes(chain):
    assert chain("at", "*:*:*", "echo", "on").stdout == b"on\n"
    assert chain("at", "-u", "*-*-* *:*:*", "echo", "on").stdout == b"on\n"


def test_times_are_listed(run):
    done = run("at", "-u", "-n", "3", "Mon *-*-* 04:30")
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 3 and lines == sorted(lines)
    assert all(re.fullmatch(r"Mon \d{4}-\d\d-\d\d 04:30:00 \+0000", line) for line in lines)
    assert run("at", "-n", "5", "2199-12-31").stdout.startswith(b"Tue 2199-12-31 00:00:00 ")


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("UTC", b"+0000"), ("CET-1CEST,M3.5.0,M10.5.0/3", b"+0100"), ("<-03>3", b"-0300"), ("IST-5:30", b"+0530"), ("", b"+0000")],
)
def test_the_local_clock_is_that_of_tz(run, chain, zone, offset):
    expected = b"01-15 03:00:00 " + offset + b"\n"
    assert run("at", "-n", "1", "*-01-15 03:00", environment={"TZ": zone}).stdout.endswith(expected)
    # Also if a helper before it has set it.
    assert chain("export", "TZ", zone, "at", "-n", "1", "*-01-15 03:00").stdout.endswith(expected)
    assert run("at", "-u", "-n", "1", "*-01-15 03:00", environment={"TZ": zone}).stdout.endswith(b"+0000\n")


def test_an_unknown_zone_is_not_taken_for_utc(chain):
    for zone in ("Nowhere/Town", ":Nowhere/Town", "/nowhere", "Nowhere"):
        done = chain("at", "daily", "echo", "on", environment={"TZ": zone})
        assert (done.returncode, done.stderr) == (111, f"at: fatal: unable to find time zone {zone}\n".encode())
    assert chain("at", "-u", "*:*:*", "echo", "on", environment={"TZ": "Nowhere/Town"}).stdout == b"on\n"


def test_errors_point_at_their_place(chain):
    done = chain("at", "daily 03:61", "echo", "on")
    assert done.returncode == 100
    assert done.stderr.splitlines()[:2] == [b"at: daily 03:61", b"at:          ^ minutes are 0 to 59"]
    done = chain("at", "x" * 300 + "é" * 200 + "\n\x1b", "echo", "on")
    assert done.returncode == 100 and b"\x1b" not in done.stderr and len(done.stderr) < 900


@pytest.mark.parametrize(
    "wrong",
    [
        ["daily"],
        ["every"],
        ["every", "5m"],
        ["every", "0", "true"],
        ["every", "soon", "true"],
        ["every soon", "true"],
        ["-n", "0", "daily"],
        ["-n", "10001", "daily"],
        ["-n", "3", "daily", "true"],
        ["-n", "3", "every", "5m"],
        ["-r", "x", "daily", "true"],
        ["-c", "", "daily", "true"],
        ["-z", "daily", "true"],
        ["*-02-30", "true"],
        ["", "true"],
    ],
)
def test_wrong_usage(chain, wrong):
    done = chain("at", *wrong)
    assert done.returncode == 100 and b"at: usage: at " in done.stderr and done.stdout == b""


def test_a_time_that_is_over(chain):
    for command in (["2020-01-01", "true"], ["-n", "1", "2020-01-01"]):
        done = chain("at", *command)
        assert (done.returncode, done.stderr) == (111, b"at: fatal: this time is over, and does not come again\n")


# The file of the last run


def test_the_last_run_is_on_record_before_the_chain_goes_on(run, tmp_path):
    done = run("at", "-c", "last", "every", "1ms", *sh("cat last; ls"))
    assert abs(float(done.stdout.split()[0]) - time.time()) < 3600
    assert done.stdout.split()[1:] == [b"last"], "nothing else is left"
    assert re.fullmatch(r"\d+\.\d{3}\n", (tmp_path / "last").read_text())


def test_a_missed_time_comes_once(run, tmp_path):
    last = tmp_path / "last"
    last.write_text(f"{int(time.time()) - 40 * 86400}.000\n")
    # Forty were missed; with a random delay, which is for those that come.
    assert run("at", "-c", last, "-r", "10h", "daily 03:00", "echo", "on").stdout == b"on\n"
    assert abs(file_time(last) - time.time()) < 3600
    waiting = own(subprocess.Popen([program("at"), "-c", last, "-r", "10h", "daily 03:00", "echo", "on"]))
    await_until(lambda: state(waiting.pid) == "S", what="at to sleep")
    waiting.terminate()
    assert waiting.wait(30) == -signal.SIGTERM


def test_an_interval_counts_from_the_last_run(run, tmp_path):
    last = tmp_path / "last"
    last.write_text(f"{int(time.time()) - 700}.000\n")
    assert run("at", "-c", last, "every", "10m", "echo", "on").stdout == b"on\n"
    assert file_time(last) > time.time() - 600


def test_an_empty_file_is_a_first_start(run, tmp_path):
    (tmp_path / "last").touch()
    assert run("at", "-c", "last", "*:*:*", "echo", "on").stdout == b"on\n"
    assert file_time(tmp_path / "last") > 0


@pytest.mark.parametrize("content", ["yesterday\n", "1.5\n", "-1.000\n", "123456789012.000\n", "x" * 100, "1.000\n2.000\n"])
def test_a_file_of_something_else_is_left_alone(chain, tmp_path, content):
    (tmp_path / "notes").write_text(content)
    done = chain("at", "-c", "notes", "every", "1ms", "echo", "on")
    assert (done.returncode, done.stderr) == (111, b"at: fatal: notes holds no time of a last run\n")
    assert (tmp_path / "notes").read_text() == content


def test_a_file_that_cannot_be_written(chain, tmp_path):
    done = chain("at", "-c", "absent/last", "every", "1ms", "echo", "on")
    assert (done.returncode, done.stdout) == (111, b"")
    assert done.stderr == b"at: fatal: unable to write beside absent/last: file does not exist\n"


def test_a_symlink_in_the_way_is_not_written_through(run, tmp_path):
    (tmp_path / "target").write_text("precious")
    (tmp_path / "last.new").symlink_to(tmp_path / "target")
    assert run("at", "-c", "last", "every", "1ms", "echo", "on").stdout == b"on\n"
    assert (tmp_path / "target").read_text() == "precious" and not (tmp_path / "last.new").is_symlink()


# What is left behind, and signals


def test_nothing_is_left_behind_for_the_program(chain):
    assert chain("at", "-c", "last", "every", "1ms", "ls", "/proc/self/fd").stdout.split() == [b"0", b"1", b"2", b"3"]
    assert chain("at", "*:*:*", "ls", "/proc/self/fd").stdout.split() == [b"0", b"1", b"2", b"3"]


def test_it_sleeps_until_a_signal_ends_it(nursery, bin_dir):
    waiting = own(subprocess.Popen([program("at"), "yearly 02-29", "true"], env=nursery.environment))
    await_until(lambda: state(waiting.pid) == "S", what="at to sleep")
    waiting.send_signal(signal.SIGSTOP)
    await_until(lambda: state(waiting.pid) == "T", what="at to stop")
    waiting.send_signal(signal.SIGCONT)
    await_until(lambda: state(waiting.pid) == "S", what="at to sleep on")
    waiting.terminate()
    assert waiting.wait(30) == -signal.SIGTERM


# A service


def test_a_service_that_runs_at_an_interval(service):
    """Every run is one event, in order; what was due while it was down comes at once."""
    one = service(
        {
            "run": shell(f"exec {BIN}/chainload at -c last every 200ms ./job"),
            "job": shell("echo run $(cat last) >> log"),
            "restart-delay": "1 1 1",
        }
    )
    log = one.path("log")

    def runs():
        return [float(line.split()[1]) for line in log.read_text().splitlines()] if log.exists() else []

    await_until(lambda: len(runs()) >= 4, 30, what=lambda: f"four runs; {one.stderr()}")
    one.send("d")
    one.await_phase("down")
    before = runs()
    assert before == sorted(set(before)), "each run has a time of its own, and they are in order"
    one.path("last").write_text(f"{int(time.time()) - 3600}.000\n")
    one.send("u")
    await_until(lambda: len(runs()) > len(before), 30, what="the missed run")
    after = runs()
    assert after == sorted(set(after))
    assert one.stop() == 0
