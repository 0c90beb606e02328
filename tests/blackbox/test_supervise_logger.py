"""A supervise whose service is a logger: DIR is NAME/log, standard input is the pipe that svscan holds."""

import os

import pytest
from support import processes
from support.awaiting import await_until
from support.service import Service, recorded, shell


@pytest.fixture
def logger(nursery, bin_dir, tmp_path):
    """make(files): the logger of a service `web`, not started yet."""
    made = []

    def make(files):
        one = Service(tmp_path / "web" / "log", nursery.environment, files)
        made.append(one)
        return one

    yield make
    for one in made:
        one.end()


def test_it_is_named_after_its_service(logger):
    one = logger({"run": recorded("environment SERVICE", "wait")}).start()
    assert one.await_event("environment").rest == "SERVICE=web/log"


def test_it_does_not_wait_for_an_engine(logger):
    logger({"run": recorded("wait")}).start("-e").await_phase("ready")


def test_its_standard_input_is_that_of_supervise(logger):
    reading, writing = os.pipe()
    one = logger({"run": shell("exec cat >>lines")}).start(stdin=reading)
    os.close(reading)
    os.write(writing, b"one\n")
    await_until(lambda: one.path("lines").exists() and one.path("lines").read_text() == "one\n")
    one.send("d")
    one.await_phase("down")
    os.write(writing, b"two\n")  # the pipe is supervise's: what is written while no logger runs is not lost
    one.send("u")
    await_until(lambda: one.path("lines").read_text() == "one\ntwo\n")
    os.close(writing)


def test_exit_lets_it_drain_to_the_end_of_its_input(logger):
    reading, writing = os.pipe()
    one = logger({"run": shell("exec cat >>lines")}).start(stdin=reading)
    os.close(reading)
    one.await_phase("ready")
    one.command("x")
    os.write(writing, b"last words\n")
    os.close(writing)
    assert one.await_exit() == 0
    assert one.path("lines").read_text() == "last words\n"


def test_limit_log_wait_ends_a_logger_that_does_not_end(logger):
    one = logger({"run": recorded("wait"), "limit-log-wait": "80"}).start()
    pid = one.await_phase("ready").pid
    one.send("x")
    assert one.await_exit() == 0
    assert not processes.alive(pid)
