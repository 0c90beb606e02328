"""Control groups, version 1 or 2: one per measured tree, to count its memory (the kernel's share too) and its processor time.

A group is made below the one this script is in, where that is permitted, and removed with `close`.
"""

import os
import pathlib

from measure.programs import Absent


def unescaped(path):
    return path.encode().decode("unicode_escape")


def mounts():
    """(type, mount point, options) of the control group file systems."""
    for line in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options = line.split()[:4]
        if kind in ("cgroup", "cgroup2"):
            yield kind, unescaped(place), options.split(",")


def own_paths():
    """{controller or "" for version 2: path of this process's group}"""
    found = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            found[controller] = path
    return found


def home(controller):
    """(version, directory of our own group in the hierarchy that has the controller)"""
    paths = own_paths()
    for kind, place, options in mounts():
        if kind == "cgroup" and controller in options and controller in paths:
            return 1, pathlib.Path(place + paths[controller])
        if kind == "cgroup2" and "" in paths:
            directory = pathlib.Path(place + paths[""])
            for candidate in (directory, directory.parent):  # where processes are, no controller can be handed on
                try:
                    if controller in (candidate / "cgroup.subtree_control").read_text(encoding="ascii").split():
                        return 2, candidate
                except OSError:
                    pass
    raise Absent(f"there is no control group hierarchy with {controller} for us")


class group:
    """A new group with that controller ("memory" or "cpuacct")."""

    def __init__(self, controller, name):
        self.controller = controller
        self.version, parent = home("cpu" if controller == "cpuacct" and not has_version_1(controller) else controller)
        if not parent.is_dir():  # mounted from inside a namespace: the root is ours
            parent = next(pathlib.Path(place) for _, place, options in mounts() if controller in options)
        self.directory = parent / f"reeve-bench.{os.getpid()}.{name}"
        try:
            self.directory.mkdir()
            self.read("cgroup.procs")
        except OSError as error:
            raise Absent(f"a control group for {controller} cannot be made here: {error.strerror}") from None

    @property
    def entry(self):
        """The file by which a process joins."""
        return str(self.directory / "cgroup.procs")

    def read(self, name):
        return (self.directory / name).read_text(encoding="ascii")

    def fields(self, name):
        return {key: int(value) for key, value in (line.split() for line in self.read(name).splitlines())}

    def reclaim(self):
        """Drops what the kernel only keeps as a cache (unused directory entries, pages of files)."""
        name, content = ("memory.force_empty", "0") if self.version == 1 else ("memory.reclaim", "1G")
        try:
            (self.directory / name).write_text(content, encoding="ascii")
        except OSError:
            pass  # version 2 says EAGAIN when less than that could be had; an older kernel has no such file

    def memory_kb(self):
        """(user, kernel) memory without caches, kB."""
        self.reclaim()
        fields = self.fields("memory.stat")
        if self.version == 2:
            return fields["anon"] / 1024, fields["kernel"] / 1024
        kernel = int(self.read("memory.kmem.usage_in_bytes"))
        return fields["total_rss"] / 1024, kernel / 1024

    def processor_seconds(self):
        if self.version == 2:
            return self.fields("cpu.stat")["usage_usec"] / 1e6
        return int(self.read("cpuacct.usage")) / 1e9

    def close(self):
        try:
            self.directory.rmdir()
        except OSError:
            pass


def has_version_1(controller):
    return any(kind == "cgroup" and controller in options for kind, _, options in mounts())
