"""Processes as /proc shows them, and the marker by which those of one test are found."""

import os
import pathlib
import signal

from support.awaiting import await_until

MARKER = "REEVE_TEST_ID"


def stat_fields(pid):
    """The fields of /proc/PID/stat from the state on (so field 3 is [0]); None if there is no such process."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(b")")[2].decode("ascii").split()


def state(pid):
    """The state letter; None if there is no such process."""
    fields = stat_fields(pid)
    return fields[0] if fields else None


def alive(pid):
    return state(pid) not in (None, "Z", "X")


def start_time(pid):
    fields = stat_fields(pid)
    return int(fields[19]) if fields else None


def session(pid):
    fields = stat_fields(pid)
    return int(fields[3]) if fields else None


def parent(pid):
    fields = stat_fields(pid)
    return int(fields[1]) if fields else None


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def environment(pid):
    try:
        return dict(
            entry.split("=", 1)
            for entry in pathlib.Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
            if "=" in entry
        )
    except OSError:
        return {}


def marked(marker):
    """The live processes that have this marker in the environment they were started with."""
    wanted = f"{MARKER}={marker}".encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if wanted in file.read().split(b"\0") and alive(int(name)):
                    found.append(int(name))
        except OSError:
            pass
    return found


def memory_of(pid):
    """{field: kB} of smaps_rollup. USS is Private_Clean + Private_Dirty."""
    fields = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, rest = line.partition(":")
        fields[name] = int(rest.split()[0])
    return fields


def switches(pid):
    """How often the process has run: its context switches, voluntary and not."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return sum(int(line.split()[1]) for line in text.splitlines() if "ctxt_switches" in line)


def kill_marked(marker):
    """SIGKILLs all that is left of a test, new ones included, and waits until it is gone. Returns {pid: command line}."""
    left = {}

    def none_left():
        now = {pid: command_line(pid) for pid in marked(marker)}
        left.update(now)
        for pid in now:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return not now

    await_until(none_left, what=lambda: f"the end of {left}")
    return left
