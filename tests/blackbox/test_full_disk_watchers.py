"""A full disk: whoever waits for a change of a record hears of it all the same."""

import os
import subprocess

import pytest
from support import orphans
from support.paths import program
from support.service import RUNS

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")


@pytest.fixture
def small_disk(tmp_path):
    """small_disk(path): a file system of 512 kB there; fill() of what it returns takes all of it."""
    mounted = []

    def mount(path):
        path.mkdir(exist_ok=True, parents=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "reeve-test", path], stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
        mounted.append(path)

        def fill():
            with open(path / "filler", "wb", buffering=0) as filler:
                try:
                    while filler.write(b"x" * 4096):
                        pass
                except OSError:
                    pass

        return fill

    yield mount
    for path in mounted:
        subprocess.run(["umount", "-l", path], check=True)


def test_svwait_sees_a_record_that_had_to_be_overwritten(small_disk, service, nursery, tmp_path):
    fill = small_disk(tmp_path / "web" / "supervise")
    one = service({"run": RUNS})
    one.await_phase("ready")
    fill()
    waiting = orphans.own(subprocess.Popen([program("svwait"), "-d", str(one.directory)], env=nursery.environment))
    one.send("d")
    assert waiting.wait(timeout=30) == 0
    orphans.disown(waiting)


def test_the_engine_sees_records_that_had_to_be_overwritten(small_disk, engine):
    fill = small_disk(engine.tree.directory)
    engine.add("db")
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    engine.await_phase("web", "ready")
    engine.await_settled()
    fill()
    assert engine.ask("stop", services=["db"], timeout_ms=30_000)["ok"]
    assert engine.phase("web") == "down"
    engine.tree.stop()
