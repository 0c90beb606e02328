"""The test process is the subreaper of all it starts, so nothing that a killed supervise leaves behind gets lost:
it becomes a child of ours, which is reaped here as an init would, and counted as a leak if it stays.
"""

import ctypes
import os

PR_SET_CHILD_SUBREAPER = 36
_own = set()  # what Popen waits for itself


def become_subreaper():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def own(popen):
    """Marks a Popen's process as one that Popen itself reaps."""
    _own.add(popen.pid)
    return popen


def disown(popen):
    _own.discard(popen.pid)


def children():
    found = []
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
        except FileNotFoundError:
            pass
    return found


def reap():
    """Reaps ended orphans, and leaves alone what subprocess has started."""
    for pid in children():
        if pid in _own:
            continue
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            # Only what reached us from another session: a plain subprocess of a test is Popen's to reap.
            if fields[0] == b"Z" and int(fields[3]) != os.getsid(0):
                os.waitpid(pid, os.WNOHANG)
        except (FileNotFoundError, ProcessLookupError, ChildProcessError):
            pass
