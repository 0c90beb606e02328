"""Faults of memory: the n-th allocation of a program fails (allocation_fault.so, preloaded)."""

import dataclasses
import mmap
import pathlib
import struct

import pytest
from support.paths import BIN, linked_with, with_sanitizers

LIBRARY = BIN.parent / "tests" / "fault" / "allocation_fault.so"
FIELDS = ("programs", "calls", "refused", "refuse", "fail_at")


def need_library(dynamic=False):
    """Skips where the library cannot be preloaded: most programs are linked statically but in the assertions' build."""
    if dynamic and linked_with() != "host":
        pytest.skip("needs programs that are linked dynamically: tests/run --long assertions")
    if with_sanitizers():
        pytest.skip("a sanitizer has allocation functions of its own")
    assert LIBRARY.is_file(), f"{LIBRARY} is not there: build it (tests/run fault does)"


class Board:
    """What library and test share: struct board of allocation_fault.cpp."""

    def __init__(self, path, fail_at=0):
        self.path = pathlib.Path(path)
        self.path.write_bytes(struct.pack("<5Q", 0, 0, 0, 0, fail_at))
        with open(self.path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 40)

    def __getattr__(self, name):
        return struct.unpack_from("<Q", self.memory, 8 * FIELDS.index(name))[0]

    def variables(self, program):
        return {"LD_PRELOAD": str(LIBRARY), "REEVE_ALLOCATION_FAULT": str(self.path), "REEVE_ALLOCATION_PROGRAM": program}


@dataclasses.dataclass(frozen=True)
class AllocationFault:
    """In the place of injection.Fault; 0 counts only."""

    program: str
    number: int = 0
    may_end: bool = True  # with a message and exit code 111; it is started again

    def words(self, report):
        board = Board(f"{report}.board", self.number)
        return ["env", *(f"{name}={value}" for name, value in board.variables(self.program).items())]

    def __str__(self):
        return f"allocation {self.number} of {self.program}"


def calls_of(report):
    """How often it asked for memory; and how often it got none."""
    data = pathlib.Path(f"{report}.board").read_bytes()
    return struct.unpack_from("<Q", data, 8)[0], struct.unpack_from("<Q", data, 16)[0]


def spread(count, most):
    """So many numbers from 1 to `count`, all of them if `most` is None: the first ones, and the rest evenly."""
    if most is None or count <= most:
        return list(range(1, count + 1))
    return sorted({1 + number * (count - 1) // (most - 1) for number in range(most)})
