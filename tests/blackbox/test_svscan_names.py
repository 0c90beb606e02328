"""Names come and go in the scan directory: what is picked up, when, and what happens to a name that disappears."""

import os
import shutil
import signal
import time

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.service import shell, write_files
from support.slowed import slowed
from svscan_tree import COPIES, SLEEPS


def gone(pid):
    return lambda: not processes.alive(pid)


def test_what_is_there_at_the_start_is_started(tree):
    tree.add("one")
    tree.add("two")
    tree.start()
    tree.await_up("one")
    tree.await_up("two")
    assert processes.parent(tree.supervise_pid("one")) == tree.pid
    assert tree.messages() == ""


@pytest.mark.parametrize("kind", ["symlink", "mv", "mkdir", "cp -r"])
def test_a_new_service_is_picked_up(tree, tmp_path, kind):
    tree.start()
    source = tmp_path / "elsewhere"
    if kind == "mkdir":
        tree.add("web")
    else:
        write_files(source, {"run": SLEEPS, "log": {"run": COPIES}})
        if kind == "symlink":
            (tree.directory / "web").symlink_to(source)
        elif kind == "mv":
            source.rename(tree.directory / "web")
        else:
            shutil.copytree(source, tree.directory / "web")
    tree.await_up("web")
    if kind != "mkdir":
        tree.await_up("web/log")


@pytest.mark.parametrize("program", ["run", "start", "target"])
def test_a_directory_is_a_service_once_it_holds_its_program(tree, program):
    tree.start()
    (tree.directory / "web").mkdir()
    (tree.directory / "web" / "notes").write_text("still being written")
    assert stays(lambda: tree.record("web") is None, 0.3)
    write_files(tree.directory / "web", {program: shell("exit 0") if program != "target" else ""})
    await_until(lambda: tree.supervise_pid("web"), what="a supervise of web")


def assert_left_alone_while_written(tree, file):
    """Writes to NAME/file for half a second; the tree must not take NAME meanwhile. A machine that is too busy to
    write every 80 ms proves nothing, so then it is tried again with another name."""
    for attempt in range(20):
        name = f"web{attempt}"
        last = time.monotonic()
        directory = tree.add(name, SLEEPS, log=COPIES)
        started = time.monotonic()
        longest, taken = 0.0, False
        while time.monotonic() - started < 0.5 and not taken:
            with open(directory / file, "a", encoding="ascii") as written:
                written.write("more\n")
            gap, last = time.monotonic() - last, time.monotonic()
            taken = tree.record(name) is not None
            longest = max(longest, gap, time.monotonic() - last)  # until it was looked at
        if longest < 0.08:
            assert not taken, f"taken {time.monotonic() - started:.3f} s after it was whole, while it was being written every {longest * 1000:.0f} ms"
            tree.await_up(name)
            return
    pytest.skip("the machine is too busy for a test about 100 ms")


@pytest.mark.parametrize("file", ["data", "log/data"])
def test_what_is_being_written_is_left_alone_until_it_is_quiet(tree, file):
    tree.start()
    assert_left_alone_while_written(tree, file)


def test_what_is_being_written_while_svscan_starts_is_left_alone_too(tree):
    """It is in the first list, with what was there before."""
    tree.start(wrap=slowed("inject=getdents64:delay_enter=300000:when=1"))
    assert_left_alone_while_written(tree, "data")


@pytest.mark.parametrize("how", ["rm", "mv", "unlink"])
def test_a_name_that_disappears_is_stopped(tree, tmp_path, how):
    elsewhere = tmp_path / "elsewhere"
    if how == "unlink":
        write_files(elsewhere, {"run": SLEEPS, "log": {"run": COPIES}})
        (tree.directory / "web").symlink_to(elsewhere)
    else:
        tree.add("web", SLEEPS, log=COPIES)
    tree.start()
    pids = [tree.await_up("web"), tree.await_up("web/log"), tree.supervise_pid("web"), tree.supervise_pid("web/log")]
    if how == "rm":
        while (tree.directory / "web").exists():  # what runs there may still be writing
            shutil.rmtree(tree.directory / "web", ignore_errors=True)
    elif how == "mv":
        (tree.directory / "web").rename(elsewhere)
    else:
        (tree.directory / "web").unlink()
    for pid in pids:
        await_until(gone(pid), what=f"the end of {pid}; {tree.messages()}")


def test_taking_a_stopped_service_away_is_no_matter_for_warnings(tree):
    """As README has it: svc -d, then rm -r. Whoever removes a directory need not be told that it is gone."""
    tree.add("web", SLEEPS, log=COPIES)
    tree.start()
    tree.await_up("web")
    tree.await_up("web/log")
    supervises = [tree.supervise_pid("web"), tree.supervise_pid("web/log")]
    with open(tree.directory / "web" / "supervise" / "control", "wb", buffering=0) as control:
        control.write(b"d")
    await_until(lambda: tree.record("web").phase == "down", what=lambda: f"web down; {tree.record('web')}")
    tree.send_signal(signal.SIGSTOP)  # so that nobody writes while it is taken away
    shutil.rmtree(tree.directory / "web")
    tree.send_signal(signal.SIGCONT)
    for pid in supervises:
        await_until(gone(pid), what=f"the end of {pid}; {tree.messages()}")
    assert "warning" not in tree.messages()


def test_the_logger_ends_on_eof_after_its_service(tree, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    run = shell("trap 'echo last words; exit 0' TERM", "echo first words", "while :; do sleep 0.01; done")
    tree.add("web", run, log=COPIES)
    tree.start()
    out = tree.directory / "web" / "log" / "out"
    await_until(lambda: out.exists() and "first" in out.read_text())
    (tree.directory / "web").rename(elsewhere)
    await_until(lambda: (elsewhere / "log" / "out").read_text() == "first words\nlast words\n")


def test_a_name_that_comes_back_waits_for_the_end(tree, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    tree.add("web", shell("trap 'while ! test -e ../go; do sleep 0.01; done; exit 0' TERM", "touch ready", "while :; do sleep 0.01; done"))
    tree.start()
    first = tree.await_up("web")
    await_until((tree.directory / "web" / "ready").exists)
    (tree.directory / "web").rename(elsewhere)
    elsewhere.rename(tree.directory / "web")
    assert stays(lambda: processes.alive(first) and tree.main_pid("web") in (first, None), 0.2)
    (tree.directory / "go").touch()
    await_until(gone(first))
    assert tree.await_up("web") != first


def test_a_renamed_service_is_one_service(tree):
    tree.add("web", SLEEPS, log=COPIES)
    tree.start()
    tree.await_up("web/log")
    first = tree.await_up("web")
    (tree.directory / "web").rename(tree.directory / "www")
    await_until(gone(first))
    second = tree.await_up("www")
    assert second != first
    assert "unable" not in tree.messages()


def test_a_link_that_leads_elsewhere_is_another_service(tree, tmp_path):
    for version in ("one", "two"):
        write_files(tmp_path / version, {"run": SLEEPS})
    (tree.directory / "web").symlink_to(tmp_path / "one")
    tree.start()
    first = tree.await_up("web")
    (tree.directory / ".new").symlink_to(tmp_path / "two")
    (tree.directory / ".new").rename(tree.directory / "web")
    await_until(gone(first))
    second = tree.await_up("web")
    assert os.readlink(f"/proc/{second}/cwd") == str(tmp_path / "two")


def test_two_names_of_one_directory_are_one_service(tree):
    tree.add("web")
    (tree.directory / "www").symlink_to("web")
    tree.start()
    tree.await_up("web" if tree.record("web") else "www")
    tree.await_said("the same directory as")
    assert tree.messages().count("\n") == 1


def test_dotted_names_and_files_are_skipped_and_invalid_names_reported_once(tree):
    tree.add(".hidden")
    tree.add("no good")
    (tree.directory / "README").write_text("not a service")
    tree.start()
    tree.await_said("no good: no service: a name is")
    tree.command("aaa")
    tree.add("web")
    tree.await_up("web")
    assert tree.messages().count("\n") == 1
    assert tree.record(".hidden") is None and tree.record("no good") is None


def test_rescan_keeps_and_prune_drops_a_service_whose_directory_is_gone(tree, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    write_files(elsewhere, {"run": SLEEPS})
    (tree.directory / "web").symlink_to(elsewhere)
    tree.start()
    pid = tree.await_up("web")
    elsewhere.rename(tmp_path / "moved")
    tree.command("a")
    tree.add("marker")
    tree.await_up("marker")
    assert processes.alive(pid)
    tree.command("n")
    await_until(gone(pid))


def test_a_dangling_link_is_reported_and_taken_at_a_rescan(tree, tmp_path):
    (tree.directory / "web").symlink_to(tmp_path / "later")
    tree.start()
    tree.await_said("web: a symlink to nothing")
    write_files(tmp_path / "later", {"run": SLEEPS})
    tree.send_signal(1)
    tree.await_up("web")


def test_periodic_rescan(tree, tmp_path):
    (tree.directory / "web").symlink_to(tmp_path / "later")
    tree.start("-t", "50")
    tree.await_said("web: a symlink to nothing")
    write_files(tmp_path / "later", {"run": SLEEPS})
    tree.await_up("web")


def test_at_most_so_many_services(tree):
    for name in ("one", "two", "three"):
        tree.add(name)
    tree.start("-c", "2")
    tree.await_said("not started: there are 2 services already")
    await_until(lambda: sum(tree.main_pid(name) is not None for name in ("one", "two", "three")) == 2)
    started = [name for name in ("one", "two", "three") if tree.main_pid(name)]
    (tree.directory / started[0]).rename(tree.directory / ".moved")
    third = ({"one", "two", "three"} - set(started)).pop()
    tree.await_up(third)
