"""One fault: the words that start a program under syscall_fault, and what that reports in the end."""

import dataclasses
import errno
import os
import pathlib

import pytest
from support.awaiting import await_until
from support.paths import BIN

INJECTOR = BIN.parent / "tests" / "fault" / "syscall_fault"


def need_injector():
    if os.getuid() != 0:
        pytest.skip("syscall_fault needs root: its server takes over a descriptor of another process")
    assert INJECTOR.is_file(), f"{INJECTOR} is not there: build it (tests/run fault does)"


@dataclasses.dataclass(frozen=True)
class Fault:
    """`call` fails with `error` at its n-th occurrence; without a call the occurrences are counted."""

    call: str = ""
    occurrence: int = 0
    error: str = ""
    after: str = ""  # only what follows the first call of this name counts

    may_end = False  # the program does not end of it, but for its start

    def words(self, report):
        number = getattr(errno, self.error) if self.error else 0
        return [str(INJECTOR), *(["-a", self.after] if self.after else []), str(report), self.call or "count", str(self.occurrence), str(number)]

    def __str__(self):
        return f"{self.call}:{self.occurrence}:{self.error}" if self.call else "count"


@dataclasses.dataclass
class Report:
    counts: dict
    failed: str  # "PID CALL ARGUMENTS", empty if nothing was made to fail


def await_report(path):
    """What the injector's server tells once all processes under it have ended."""
    path = pathlib.Path(path)
    await_until(path.exists, 20, what=lambda: f"the report {path}")
    counts, failed = {}, ""
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        name, _, rest = line.partition(" ")
        if name == "failed":
            failed = rest
        else:
            counts[name] = int(rest)
    return Report(counts, failed)
