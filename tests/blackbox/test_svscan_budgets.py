"""What svscan may use: wake-ups, memory, descriptors; and a thousand services."""

import os
import resource

import pytest
from support import processes
from support.awaiting import await_until
from support.paths import with_sanitizers
from support.service import shell
from svscan_tree import COPIES, SLEEPS

many_programs = pytest.mark.skipif(with_sanitizers(), reason="with a sanitizer each supervise takes megabytes")


def test_an_idle_svscan_never_wakes_up(tree):
    for number in range(20):
        tree.add(f"web{number}")
    (tree.directory / "incomplete").mkdir()
    tree.start()
    for number in range(20):
        tree.await_up(f"web{number}")
    state = {"since": None}

    def quiet_for_2_s():
        now = processes.switches(tree.pid)
        if now != state["since"]:
            state["since"], state["left"] = now, 2.0 / 0.003
        state["left"] -= 1
        return state["left"] < 0

    await_until(quiet_for_2_s, deadline=20)


def test_descriptors_per_service(tree):
    tree.start()
    empty = len(os.listdir(f"/proc/{tree.pid}/fd"))
    for number in range(10):
        tree.add(f"pair{number}", SLEEPS, log=COPIES)
        tree.add(f"plain{number}")
    for number in range(10):
        tree.await_up(f"pair{number}/log")
        tree.await_up(f"plain{number}")
    assert len(os.listdir(f"/proc/{tree.pid}/fd")) - empty == 10 * 4 + 10 * 1
    for number in range(10):
        (tree.directory / f"pair{number}").rename(tree.directory / f".pair{number}")
        (tree.directory / f"plain{number}").rename(tree.directory / f".plain{number}")
    await_until(lambda: len(os.listdir(f"/proc/{tree.pid}/fd")) == empty)


def test_the_limit_of_descriptors_is_raised_for_svscan_alone(tree):
    def limits():
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))

    tree.add("web", shell("ulimit -n >limit; exec sleep 10000"))
    tree.start(preexec_fn=limits)
    tree.await_up("web")
    assert resource.prlimit(tree.pid, resource.RLIMIT_NOFILE) == (200, 200)
    await_until(lambda: (tree.directory / "web" / "limit").exists())
    await_until(lambda: (tree.directory / "web" / "limit").read_text() == "100\n")


def test_what_does_not_fit_is_reported_and_tried_again(tree):
    def limits():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    names = [f"web{number:02}" for number in range(40)]
    for name in names:
        tree.add(name)
    tree.start(preexec_fn=limits)
    tree.await_said("unable to open supervise/control: process cannot open more files; tried again")
    up = [name for name in names if tree.main_pid(name)]
    await_until(lambda: len([name for name in names if tree.main_pid(name)]) > 20)
    resource.prlimit(tree.pid, resource.RLIMIT_NOFILE, (64, 64))
    up = [name for name in names if tree.main_pid(name)]
    missing = sorted(set(names) - set(up))
    for name in up[: len(missing)]:
        (tree.directory / name).rename(tree.directory / f".{name}")
    for name in missing:
        await_until(lambda: tree.main_pid(name), deadline=30, what=lambda: f"{name}; {tree.messages()}")
    messages = tree.messages().splitlines()
    assert len(messages) == len(set(messages)), "each is reported once"


@many_programs
def test_a_thousand_services(tree):
    base = tree.directory.parent / "run"
    base.write_text(SLEEPS)
    base.chmod(0o755)
    for number in range(1000):
        directory = tree.directory / f"web{number}"
        directory.mkdir()
        (directory / "run").symlink_to(base)
    tree.start()
    await_until(lambda: all(tree.main_pid(f"web{number}") for number in range(0, 1000, 37)), deadline=60)
    await_until(lambda: all(tree.main_pid(f"web{number}") for number in range(1000)), deadline=60)
    memory = processes.memory_of(tree.pid)
    assert memory["Private_Clean"] + memory["Private_Dirty"] <= 1024, memory
    assert tree.stop() == 0
    assert tree.messages() == ""


@pytest.mark.long
@many_programs
def test_ten_thousand_services(tree):
    base = tree.directory.parent / "run"
    base.write_text(SLEEPS)
    base.chmod(0o755)
    for number in range(10000):
        directory = tree.directory / f"web{number}"
        directory.mkdir()
        (directory / "run").symlink_to(base)
    tree.start()
    await_until(lambda: all(tree.main_pid(f"web{number}") for number in range(0, 10000, 371)), deadline=300)
    await_until(lambda: all(tree.main_pid(f"web{number}") for number in range(10000)), deadline=300)
    memory = processes.memory_of(tree.pid)
    assert memory["Private_Clean"] + memory["Private_Dirty"] <= 10240, memory
    tree.send_signal(15)
    assert tree.await_end(deadline=300) == 0
