"""The tree under the rain: svscan with this process above it as an init would be, the engine, and all services.

Processes are found by the status records and signalled through pidfds after a look at their start times, so nothing
that this run did not start is ever hit.
"""

import os
import pathlib
import shutil
import signal

from support import orphans, status_record
from support.paths import program
from support.service import write_files
from support.survival import Journal, kill_exactly, stat
from svscan_tree import Tree

ENGINE = "engine"
LOGGER = "#!/bin/sh\nexec {multilog} t s4096 n1000000 ./main\n"


class ChaosTree(Tree):
    def __init__(self, place, environment, population):
        super().__init__(place.services, environment)
        self.said = place.root / "stderr"  # never on the disk that fills up
        self.output = place.root / "stdout"
        self.place, self.population = place, population
        self.revivals = self.orderly_ends = 0

    def build(self):
        svscan = self.directory / ".svscan"
        svscan.mkdir()
        (self.directory / ".depengine").mkdir(mode=0o700)
        write_files(svscan, {"stop": f"#!/bin/sh\nexec {program('svctl')} -C . shutdown --wait --services\n"})
        self.write(
            ENGINE,
            {
                "early": "",
                "keep-on-isolate": "",
                "restart-delay": "10 2 200\n",
                "log": {"run": LOGGER.format(multilog=program("multilog")), "restart-delay": "20 2 200\n"},
                "run": f"#!/bin/sh\nexec 2>&1\nexec {program('depengine')} ..\n",
            },
        )
        for name in self.population.members:
            self.write(name, self.population.definition(name))

    def write(self, name, files):
        """Made aside, then moved into place: it appears as a whole."""
        fresh = self.place.aside / f".{name}.fresh"
        write_files(fresh, files)
        fresh.rename(self.directory / name)

    # names

    def names(self):
        """All service directories that are there, loggers included."""
        found = []
        for entry in sorted(os.listdir(self.directory)):
            if entry.startswith("."):
                continue
            directory = self.directory / entry
            if any((directory / file).exists() for file in ("run", "start", "target")):
                found.append(entry)
                if (directory / "log" / "run").exists():
                    found.append(f"{entry}/log")
        return found

    def is_target(self, name):
        return (self.directory / name / "target").exists()

    def evidence(self, name):
        return self.place.evidence / name

    def journal(self, name):
        return Journal(self.evidence(name))

    # processes

    def process(self, name, what):
        """(pid, start) of the main process, the supervise or a child; None if it is not there."""
        if what == "svscan":
            now = stat(self.pid)
            return now and (self.pid, now[0])
        if what == "child":
            children = self.journal(name).of("child")
            return children[-1][1:] if children else None
        record = self.record(name)
        if record is None:
            return None
        found = (record.pid, record.main_start) if what == "main" else (record.supervise_pid, record.supervise_start)
        return found if found[0] else None

    def signal_exactly(self, name, what, number=signal.SIGKILL):
        """The pid that was hit, or None."""
        found = self.process(name, what)
        return found[0] if found and kill_exactly(*found, number) else None

    def is_alive(self, pid, start):
        now = stat(pid)
        return now is not None and now[0] == start

    # svscan and what stands above it

    def kill_svscan(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGKILL)
            return True
        return False

    def revive(self):
        """A new svscan as soon as the old one is gone; what that one's end was, None if it lives."""
        code = self.popen.poll()
        if code is None:
            return None
        orphans.disown(self.popen)
        self.start(wait=False)
        self.revivals += 1
        return code

    # letters

    def send(self, path, letters):
        """What became of it: sent, full, nobody."""
        try:
            control = os.open(self.directory / path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as why:
            return os.strerror(why.errno)
        try:
            os.write(control, letters.encode())
            return "sent"
        except OSError as why:
            return os.strerror(why.errno)
        finally:
            os.close(control)

    def send_letters(self, name, letters):
        return self.send(pathlib.Path(name, "supervise", "control"), letters)

    # directories that come and go

    def move_aside(self, name):
        (self.directory / name).rename(self.place.aside / name)

    def move_back(self, name):
        (self.place.aside / name).rename(self.directory / name)

    def remove(self, name):
        shutil.rmtree(self.directory / name, ignore_errors=True)

    def write_in_place(self, name, files):
        write_files(self.directory / name, files)

    def change(self, name, file, content):
        """One file of a service that may be running: written, or removed with all that is in it."""
        path = self.directory / name / file
        if not (self.directory / name / "run").exists():
            return
        if content is None:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        elif file == "run":
            write_files(path.parent, {"run": self.population.definition(name)["run"] + "slow 1\n"})
        else:
            write_files(path.parent, {path.name: content})

    def record_of(self, directory):
        try:
            return status_record.read(directory)
        except (OSError, ValueError):
            return None
