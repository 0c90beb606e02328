"""The FIFO through which the programs of tests/bench tell moments (record.hpp): 16 bytes, moment ns, pid, parent's pid."""

import fcntl
import os
import select
import struct
import time
from typing import NamedTuple


class Stamp(NamedTuple):
    moment: int  # CLOCK_MONOTONIC, nanoseconds
    process: int
    parent: int


class stamps:
    """Owns the FIFO. It is held open for reading and writing, so a service that tells something never blocks or fails."""

    def __init__(self, path):
        self.path = str(path)
        os.mkfifo(self.path, 0o600)
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:  # room for what 10,000 services tell at once
            fcntl.fcntl(self.descriptor, fcntl.F_SETPIPE_SZ, 1 << 20)
        except OSError:
            pass
        self.waiting = []

    def close(self):
        os.close(self.descriptor)

    def read(self):
        try:
            data = os.read(self.descriptor, 65536)
        except BlockingIOError:
            return
        self.waiting += [Stamp(*fields) for fields in struct.iter_unpack("=qii", data)]

    def take(self, wanted=None, seconds=30.0):
        """The next stamp for which `wanted(stamp)` is true; earlier others stay for other takers."""
        deadline = time.monotonic() + seconds
        while True:
            self.read()
            for index, stamp in enumerate(self.waiting):
                if wanted is None or wanted(stamp):
                    return self.waiting.pop(index)
            left = deadline - time.monotonic()
            if left <= 0:
                raise RuntimeError(f"no service was seen to start in {seconds:g} s")
            select.select([self.descriptor], [], [], left)

    def next(self, seconds):
        """The next stamp, None if there is none in that time."""
        self.read()
        if not self.waiting:
            select.select([self.descriptor], [], [], seconds)
            self.read()
        return self.waiting.pop(0) if self.waiting else None

    def take_many(self, count, seconds=60.0):
        """`count` stamps, in order of arrival."""
        deadline = time.monotonic() + seconds
        while len(self.waiting) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise RuntimeError(f"{len(self.waiting)} of {count} services were seen to start in {seconds:g} s")
            select.select([self.descriptor], [], [], left)
            self.read()
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def forget(self):
        self.read()
        self.waiting = []
