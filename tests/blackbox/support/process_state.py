"""The state of a process as far as the kernel shows it, for tests that compare two ways of making one.

The text of this file is also a program, handed to Python by -c so that it can be run with any rights in any place: it
prints its own state as JSON. What names the process or an inode in it is replaced by the kind of thing it is.
"""

import ctypes
import json
import os
import re
import sys

STATUS = ("Uid", "Gid", "Groups", "Umask", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "SigBlk", "SigIgn", "Cpus_allowed_list")
PRCTL = {"pdeathsig": (2, True), "keepcaps": (7, False), "securebits": (27, False), "timerslack": (30, False), "subreaper": (37, True), "thp": (42, False)}
IOPRIO_GET = {"x86_64": 252, "aarch64": 31}
PASSED_OVER = {"_", "CHAINLOAD_NO_FUSE", "HOME", "REEVE_TEST_ID"}  # the last two are of the test, not of the chain


def read(path):
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError as error:
        return type(error).__name__


def link(path):
    try:
        return os.readlink(path)
    except OSError as error:
        return type(error).__name__


def asked_by_prctl():
    libc = ctypes.CDLL(None)
    found = {}
    for name, (number, by_pointer) in PRCTL.items():
        value = ctypes.c_int()
        result = libc.prctl(number, ctypes.byref(value) if by_pointer else 0, 0, 0, 0)
        found[name] = value.value if by_pointer else result
    number = IOPRIO_GET.get(os.uname().machine)
    found["ioprio"] = libc.syscall(number, 1, 0) if number else None
    return found


def descriptors():
    """Number and target of those that are handed on; a pipe or a socket by its kind."""
    listing = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY)
    found = {}
    for name in os.listdir(listing):
        if int(name) != listing:
            found[name] = re.sub(r":\[\d+\]", "", link(f"/proc/self/fd/{name}")), read(f"/proc/self/fdinfo/{name}").split("flags:")[-1].split()[0]
    return found


def state():
    """To be called before anything else is opened."""
    fds = descriptors()
    status = dict(line.split(":", 1) for line in read("/proc/self/status").splitlines() if ":" in line)
    fields = read("/proc/self/stat").rpartition(")")[2].split()
    pid = str(os.getpid())
    me = ["own" if value == pid else value for value in (fields[2], fields[3])]
    variables = {name: value.replace(pid, "PID") if name == "LISTEN_PID" else value for name, value in os.environ.items() if name not in PASSED_OVER}
    return {
        "status": {name: status.get(name, "").split() for name in STATUS},
        "limits": read("/proc/self/limits").splitlines(),
        "environment": variables,
        "cwd": link("/proc/self/cwd"),
        "root": link("/proc/self/root"),
        "descriptors": fds,
        "group, session": me,
        "terminal": fields[4],
        "nice": fields[16],
        "policy": [fields[37], fields[38]],
        "prctl": asked_by_prctl(),
        "oom": read("/proc/self/oom_score_adj"),
        "personality": read("/proc/self/personality"),
        "cgroup": read("/proc/self/cgroup"),
        "namespaces": {name: link(f"/proc/self/ns/{name}") for name in ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")},
        "mounts": sorted(" ".join(line.split()[3:6] + line.split(" - ")[1].split()[:1]) for line in read("/proc/self/mountinfo").splitlines()),
        "name": read("/proc/self/cmdline").split("\0")[0],
        "children": len(read(f"/proc/self/task/{pid}/children").split()),
    }


if __name__ == "__main__":
    json.dump(state(), sys.stdout)
