"""A directory is removed while no svscan is there: the next one finds its supervise all the same."""

import shutil

import pytest
from support import processes
from support.awaiting import await_until
from support.service import shell
from svscan_tree import COPIES, SLEEPS

# Takes its time to end, so that a second one could be there before.
SLOW = shell("trap 'sleep 0.3; exit' TERM", "while :; do sleep 0.02; done")


@pytest.mark.parametrize("again", ["it stays away", "it is made anew"])
@pytest.mark.parametrize("log", [None, COPIES], ids=["alone", "with a logger"])
def test_it_is_stopped(tree, log, again):
    tree.add("web", run=SLOW, log=log)
    tree.add("stays")
    tree.start()
    main, stays = tree.await_up("web"), tree.await_up("stays")
    supervises = [tree.supervise_pid("web")] + ([tree.supervise_pid("web/log")] if log else [])
    tree.kill()
    shutil.rmtree(tree.directory / "web")
    if again == "it is made anew":
        tree.add("web", run=shell(f"kill -0 {main} && : >../two-at-once", "exec sleep 10000"), log=log)
    tree.start()
    await_until(lambda: not any(map(processes.alive, [main, *supervises])), 30, what=lambda: tree.messages())
    assert processes.alive(stays) and tree.main_pid("stays") == stays
    if again == "it is made anew":
        tree.await_up("web")
        assert not (tree.directory / "two-at-once").exists()
    assert tree.stop() == 0


def test_it_is_stopped_where_it_was_moved_to(tree, tmp_path):
    tree.add("web", run=SLEEPS)
    tree.add("stays")
    tree.start()
    main = tree.await_up("web")
    tree.await_up("stays")
    tree.kill()
    (tree.directory / "web").rename(tmp_path / "aside")
    tree.start()
    await_until(lambda: not processes.alive(main), 30, what=lambda: tree.messages())
    assert tree.stop() == 0
