"""A directory is renamed or removed while its supervise is gone: the service does not run on for ever."""

import os
import shutil
import signal

from support import processes, status_record
from support.awaiting import await_until
from support.service import shell, write_files
from svscan_tree import COPIES, SLEEPS

COUNTS = shell("trap 'echo end; exit' TERM", "while :; do echo line; sleep 0.02; done")


def orphan(tree, name):
    """The service's process; its supervise has just been killed, too young to be started again at once."""
    main = tree.await_up(name)
    os.kill(tree.supervise_pid(name), signal.SIGKILL)
    tree.await_said(f"{name}: supervise killed by KILL; started again in 1 s")
    return main


def test_a_renamed_service_is_stopped_in_order(tree, tmp_path):
    tree.add("web", run=COUNTS, log=COPIES)
    tree.start()
    main = orphan(tree, "web")
    (tree.directory / "web").rename(tmp_path / "aside")
    await_until(lambda: not processes.alive(main), 20, what=lambda: tree.messages())
    await_until(lambda: (tmp_path / "aside" / "log" / "out").read_text().endswith("end\n"), 20, what=lambda: tree.messages())
    await_until(lambda: status_record.read(tmp_path / "aside").supervise_pid == 0, 20, what=lambda: tree.messages())
    # and it can come back under another name
    (tmp_path / "aside").rename(tree.directory / "other")
    tree.await_up("other")
    assert tree.stop() == 0


def test_a_removed_service_is_killed(tree):
    tree.add("web", run=shell("trap '' TERM", "sleep 1000 & ", "while :; do sleep 1000; done"))
    tree.add("stays")
    tree.start()
    stays = tree.await_up("stays")
    main = orphan(tree, "web")
    shutil.rmtree(tree.directory / "web")
    await_until(lambda: not processes.alive(main), 20, what=lambda: tree.messages())
    assert processes.alive(stays)
    tree.await_said("web: supervise cannot be started again and its directory is gone: what it left is killed")
    assert tree.stop() == 0


def test_a_renamed_service_that_comes_back_goes_on_once(tree, tmp_path):
    tree.add("web", run=COUNTS)
    tree.start()
    main = orphan(tree, "web")
    (tree.directory / "web").rename(tmp_path / "aside")
    (tmp_path / "aside").rename(tree.directory / "web")
    new = await_until(lambda: tree.main_pid("web") not in (None, main) and tree.main_pid("web"), 20, what=lambda: tree.messages())
    assert processes.alive(new) and not processes.alive(main)
    assert tree.stop() == 0


def test_a_removed_service_is_killed_whose_supervise_an_earlier_svscan_had_started(tree):
    """Its processes are no children of svscan then."""
    tree.add("web", run=SLEEPS)
    tree.add("stays")
    tree.start()
    main, stays = tree.await_up("web"), tree.await_up("stays")
    tree.kill()
    tree.start()
    first = tree.supervise_pid("web")
    os.kill(first, signal.SIGKILL)
    second = tree.await_new_supervise("web", first)
    os.kill(second, signal.SIGKILL)
    tree.await_said("web: supervise killed by KILL; started again in")
    shutil.rmtree(tree.directory / "web")
    await_until(lambda: not processes.alive(main), 20, what=lambda: tree.messages())
    assert processes.alive(stays)
    assert tree.stop() == 0


def test_what_a_killed_logger_left_in_the_pipe_is_logged_though_the_service_goes(tree):
    """The logger waits to be started again when it is told to end."""
    tree.add("web", run=shell("trap 'echo end; exit' TERM", "while :; do sleep 0.02; done"))
    write_files(tree.directory / "web" / "log", {"run": COPIES, "restart-delay": "60000 1 60000\n"})
    tree.start()
    tree.await_up("web")
    logger = tree.await_up("web/log")
    os.kill(logger, signal.SIGKILL)
    await_until(lambda: tree.record("web/log").phase == "backoff", what=lambda: tree.record("web/log"))
    tree.send_signal(signal.SIGTERM)
    assert tree.await_end(60) == 0
    assert (tree.directory / "web" / "log" / "out").read_text() == "end\n"
