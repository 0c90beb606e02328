"""What the engine may cost: no wake-ups at rest, and less than 1 kB for each service."""

import os
import struct
import subprocess
import time

import pytest
from engine_client import Client
from support import orphans
from support.awaiting import await_until
from support.paths import program, with_sanitizers

MANY = 10_000


def switches(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)


def private_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith(("Private_Clean", "Private_Dirty")))


def test_at_rest_nothing_wakes_it_up(engine):
    engine.add("db")
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    engine.await_settled()
    pid = engine.pid
    # The look for stalls comes a second after the last change: quiet means twice that without a wake-up.
    last = [switches(pid), time.monotonic()]

    def quiet():
        now = switches(pid)
        if now != last[0]:
            last[:] = [now, time.monotonic()]
        return time.monotonic() - last[1] > 2.5

    await_until(quiet, deadline=30)


@pytest.fixture
def lone_engine(bin_dir, nursery, tmp_path):
    """An engine of a directory that no svscan runs; the factory starts it."""
    directory = tmp_path / "many"
    directory.mkdir()
    started = []

    def start():
        (directory / ".svscan").mkdir()
        (directory / ".svscan" / "tree").write_text("ab" * 16 + " boot\n", encoding="ascii")
        popen = orphans.own(
            subprocess.Popen(
                [program("depengine"), str(directory)],
                env=nursery.environment,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        started.append(popen)

        def answers():
            assert popen.poll() is None
            try:
                with Client(directory) as one:
                    one.send("status", services=["s00000"])
                    return one.receive()
            except OSError:
                return None

        await_until(answers, deadline=60)
        return popen.pid

    yield directory, start
    for popen in started:
        popen.kill()
        await_until(lambda popen=popen: popen.poll() is not None)
        orphans.disown(popen)


def make_services(directory, count):
    for number in range(count):
        path = directory / f"s{number:05}"
        path.mkdir()
        os.close(os.open(path / "run", os.O_CREAT | os.O_WRONLY, 0o755))
        for other in {number // 2, number // 3} - {number}:
            (path / "requires").mkdir(exist_ok=True)
            os.close(os.open(path / "requires" / f"s{other:05}", os.O_CREAT | os.O_WRONLY))


@pytest.mark.skipif(with_sanitizers(), reason="a sanitizer has its own memory")
def test_memory_for_each_service(lone_engine):
    directory, start = lone_engine
    make_services(directory, MANY)
    pid = start()
    assert private_kib(pid) < 2048 + MANY, "1 kB for each, beside what it has with none"


def fake_record(tree, letter_count, up):
    """A status record of 256 bytes as a supervise writes it: ready or down."""
    record = bytearray(256)
    struct.pack_into("<I", record, 12, 4711 if up else 0)
    record[17] = ord("u" if up else "d")
    record[19] = 1 if up else 0
    record[20:24] = b"rv\x01" + bytes([3 if up else 0])
    struct.pack_into("<I", record, 36, 4710)
    struct.pack_into("<QQQQ", record, 64, 1 if up else 0, 0, letter_count, 0)
    record[96:112] = tree
    return bytes(record)


def test_records_that_come_and_go_without_supervisors(lone_engine):
    directory, start = lone_engine
    make_services(directory, 50)
    start()
    for name in ("s00000", "s00007"):
        state = directory / name / "supervise"
        state.mkdir()
        (state / "status.new").write_bytes(fake_record(bytes.fromhex("ab" * 16), 1, True))
        (state / "status.new").rename(state / "status")

    def seen():
        with Client(directory) as one:
            one.send("status", services=["s00000", "s00007"])
            return all(each["phase"] == "ready" for each in one.receive()["services"])

    await_until(seen)
    (directory / "s00007" / "supervise" / "status").write_bytes(b"short")
    (directory / "s00000" / "supervise" / "status.new").write_bytes(fake_record(bytes(16), 2, True))
    (directory / "s00000" / "supervise" / "status.new").rename(directory / "s00000" / "supervise" / "status")

    def another_tree():
        with Client(directory) as one:
            one.send("status", services=["s00000"])
            return not one.receive()["services"][0]["supervised"]

    await_until(another_tree)
