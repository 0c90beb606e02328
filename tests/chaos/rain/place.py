"""Where it all happens: a small file system of its own for the tree, and beside it a place that never fills up.

`disk` is a tmpfs in a mount namespace of this process, so nobody else sees it and it goes when the process goes. Where
that may not be mounted it is an ordinary directory, which is never filled; `has_own_disk` tells.
"""

import ctypes
import errno
import os
import pathlib
import shutil
import tempfile

CLONE_NEWNS = 0x00020000
MS_REC, MS_PRIVATE = 0x4000, 1 << 18


class Place:
    def __init__(self, megabytes):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="reeve-chaos.", dir="/tmp"))
        self.disk = self.root / "disk"
        self.services = self.disk / "services"
        self.aside = self.disk / "aside"
        self.evidence = self.root / "e"  # a short name: it stands in the services' scripts
        self.ballast = self.disk / "ballast"
        self.disk.mkdir()
        self.evidence.mkdir()
        self.why_no_disk = self.mount(megabytes)
        self.services.mkdir()
        self.aside.mkdir()

    def mount(self, megabytes):
        """Why there is no disk of its own; "" if there is."""
        library = ctypes.CDLL(None, use_errno=True)
        if library.unshare(CLONE_NEWNS) < 0:
            return f"no mount namespace: {os.strerror(ctypes.get_errno())}"
        if library.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) < 0:
            return f"mounts cannot be made private: {os.strerror(ctypes.get_errno())}"
        size = f"size={megabytes}m,mode=755".encode()
        if library.mount(b"chaos", bytes(self.disk), b"tmpfs", 0, size) < 0:
            return f"no tmpfs: {os.strerror(ctypes.get_errno())}"
        return ""

    @property
    def has_own_disk(self):
        return not self.why_no_disk

    def fill(self):
        """Nothing can be written any more; False if the disk is not ours to fill."""
        if not self.has_own_disk:
            return False
        fd = os.open(self.ballast, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            size = os.fstat(fd).st_size
            for step in (1 << 20, 4096):
                while True:
                    try:
                        os.posix_fallocate(fd, size, step)
                        size += step
                    except OSError as why:
                        if why.errno != errno.ENOSPC:
                            raise
                        break
        finally:
            os.close(fd)
        return True

    def empty(self):
        self.ballast.unlink(missing_ok=True)

    def remove(self):
        if self.has_own_disk:
            ctypes.CDLL(None).umount2(bytes(self.disk), 2)  # MNT_DETACH
        shutil.rmtree(self.root, ignore_errors=True)
