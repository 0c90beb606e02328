"""Processes as /proc shows them: who descends from whom, what they hold, how often they ran, and their end."""

import os
import pathlib
import resource
import select
import signal
import time


def parents():
    """{pid: parent} of all live processes."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] not in (b"Z", b"X"):
                found[int(name)] = int(fields[1])
    return found


def descendants(root):
    """The generations below a process: [[root], its children, their children, …]."""
    below = {}
    for pid, parent in parents().items():
        below.setdefault(parent, []).append(pid)
    generations = [[root]]
    while generations[-1]:
        generations.append([child for pid in generations[-1] for child in below.get(pid, [])])
    return generations[:-1]


def family(root):
    return [pid for generation in descendants(root) for pid in generation]


def private_kb(pid):
    """USS: the memory that would come back if the process ended."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def anonymous_kb(pid):
    """Memory that only this process's own doing can make grow: pages of its programs come and go."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


def switches(pid):
    """How often it has been run: context switches, voluntary and not."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    return sum(int(line.split()[1]) for line in text.splitlines() if "ctxt_switches" in line)


def run_seconds(pid):
    """Processor time so far, by the scheduler's own count."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def with_variable(name, value):
    """Live processes that were started with NAME=VALUE in their environment."""
    wanted = f"{name}={value}".encode()
    found = []
    for pid in parents():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if wanted in file.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            pass
    return found


class watched:
    """Processes whose end is awaited; as many of them as there are descriptors for."""

    def __init__(self, pids):
        self.pidfds = {}
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 64
        for pid in pids:
            if len(self.pidfds) >= most:
                break
            try:
                self.pidfds[pid] = os.pidfd_open(pid)
            except ProcessLookupError:
                pass

    def await_end(self, seconds):
        """Until all have ended; the moment (monotonic ns) at which the last one was seen to, or None at the deadline."""
        left = set(self.pidfds.values())
        deadline = time.monotonic() + seconds
        with select.epoll() as poll:
            for descriptor in left:
                poll.register(descriptor, select.EPOLLIN)
            while left:
                ended = poll.poll(max(0.0, deadline - time.monotonic()), 1024)
                if not ended:
                    return None
                for descriptor, _ in ended:
                    poll.unregister(descriptor)
                    left.discard(descriptor)
        return time.monotonic_ns()

    def send(self, number):
        for descriptor in self.pidfds.values():
            try:
                signal.pidfd_send_signal(descriptor, number)
            except ProcessLookupError:
                pass

    def close(self):
        for descriptor in self.pidfds.values():
            os.close(descriptor)


def await_condition(what, condition, seconds=30.0):
    """Waits until `condition()` is true; looks often, because it is only used between measurements."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.005)
