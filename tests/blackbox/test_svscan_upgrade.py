"""An svscan that becomes svscan again: what it starts right then gets nothing of what it keeps for itself."""

import os
import signal

from support import processes
from support.awaiting import await_until
from svscan_tree import COPIES


def descriptors(pid):
    """{number: what it is}"""
    found = {}
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            found[int(number)] = os.readlink(f"/proc/{pid}/fd/{number}")
        except FileNotFoundError:
            pass
    return found


def kill_supervise(tree, name):
    pid = await_until(lambda: tree.supervise_pid(name))
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_supervise_that_is_due_at_that_moment_holds_neither_the_lock_nor_the_pipes_of_others(tree):
    tree.add("pair", log=COPIES)
    for number in range(4):
        tree.add(f"s{number}")
    tree.start()
    tree.await_up("pair/log")
    old = {}
    for number in range(4):  # younger than a second: they are not started again at once
        tree.await_up(f"s{number}")
        old[number] = kill_supervise(tree, f"s{number}")
    tree.await_said("started again in")
    tree.command("U")
    tree.await_said("upgraded in place")
    pipes = {os.readlink(f"/proc/{tree.supervise_pid('pair')}/fd/1")}
    for number in range(4):
        new = tree.await_new_supervise(f"s{number}", old[number])
        held = descriptors(new)
        wrong = [what for what in held.values() if what.endswith(".svscan/lock") or what in pipes]
        assert not wrong, f"supervise of s{number}, {processes.command_line(new)}: {held}"
    tree.kill()  # and the lock is free
    tree.start()
    assert tree.stop() == 0
