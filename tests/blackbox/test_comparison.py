"""What README's comparison says of the peers, seen by running them: each row for each supervisor."""

import os
import signal
import subprocess

import pytest
from support import orphans, processes
from support.awaiting import await_until, stays
from support.paths import foreign_program, program
from support.service import shell, write_files

SUPERVISORS = {
    "reeve": (lambda: program("supervise"), None),
    "daemontools": (lambda: foreign_program("supervise", "daemontools"), None),
    "runit": (lambda: foreign_program("runsv", "runit"), None),
    "s6": (lambda: foreign_program("s6-supervise", "s6"), None),
}
# Each instance writes its pid, then stays.
INSTANCE = shell("echo $$ >> instances", "exec sleep 1000")
# run ends at once and leaves a daemon with a session of its own behind.
DOUBLE_FORK = shell("setsid sh -c 'echo $$ >> daemons; exec sleep 1000' &", "exit 0")

pytestmark = pytest.mark.leaves_processes


def supervisor(name, directory, nursery):
    path = SUPERVISORS[name][0]()
    return orphans.own(
        subprocess.Popen(
            [path, directory], env=nursery.environment, cwd=directory.parent, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
    )


def numbers(path):
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def living(path):
    return [pid for pid in numbers(path) if processes.alive(pid)]


def end(process):
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("name", SUPERVISORS)
def test_a_killed_supervisor_and_its_successor(name, nursery, tmp_path):
    """Row "supervisor killed": ours adopts the service, the others start a second instance beside the first."""
    directory = tmp_path / "web"
    write_files(directory, {"run": INSTANCE})
    first = supervisor(name, directory, nursery)
    await_until(lambda: len(living(directory / "instances")) == 1)
    end(first)
    second = supervisor(name, directory, nursery)
    if name == "reeve":
        assert stays(lambda: len(numbers(directory / "instances")) == 1, 1.5)
    else:
        await_until(lambda: len(living(directory / "instances")) == 2)
    end(second)


@pytest.mark.parametrize("name", SUPERVISORS)
def test_a_daemon_that_goes_into_the_background(name, nursery, tmp_path):
    """Row "double fork": ours follows the daemon, the others start one after the other."""
    directory = tmp_path / "web"
    write_files(directory, {"run": DOUBLE_FORK} | ({"forking": ""} if name == "reeve" else {}))
    one = supervisor(name, directory, nursery)
    if name == "reeve":
        await_until(lambda: len(living(directory / "daemons")) == 1)
        assert stays(lambda: len(numbers(directory / "daemons")) == 1, 1.5)
    else:
        await_until(lambda: len(living(directory / "daemons")) >= 2)
    end(one)
