"""Running things of one suite: a whole tree under its scanner, or single supervisors. Each in an own temporary directory,
always stopped and removed, whatever happens in between; only processes that carry the mark of this directory are touched.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from measure import processes
from measure.programs import OURS, PLACE, own
from measure.stamps import stamps

MARK = "BENCH_TREE"


def clean_environment(suite_name, base, fifo):
    path = f"{OURS}:/usr/bin:/bin" if suite_name == "reeve" else "/usr/bin:/bin"
    return {"PATH": path, MARK: str(base), "BENCH_STAMPS": fifo}


def make_service(place, program, down=False):
    """A service directory whose run is one of the static programs."""
    place = pathlib.Path(place)
    place.mkdir(parents=True)
    (place / "run").symlink_to(own(program))
    if down:
        (place / "down").touch()
    return str(place)


class ground:
    """A temporary directory, its FIFO of stamps and its log; a context manager that leaves nothing behind."""

    def __init__(self, suite):
        self.suite = suite
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="reeve-bench-", dir=PLACE))
        self.stamps = stamps(self.base / "stamps")
        self.environment = clean_environment(suite.name if suite else "", self.base, self.stamps.path)
        self.log = open(self.base / "log", "wb")
        self.started = []

    def start(self, command, groups=()):
        """Starts a command through `launch`, which joins the groups and tells the moment of its exec."""
        joined = [word for entry in groups for word in ("-g", entry)]
        process = subprocess.Popen(
            [own("launch"), *joined, *command], env=self.environment, cwd=self.base, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, start_new_session=True,
        )
        self.started.append(process)
        return process

    def run_client(self, command):
        subprocess.run(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=self.log, check=False)

    def said(self):
        return (self.base / "log").read_text(errors="replace")[-2000:]

    def ask_for_the_end(self):
        """What ends everything in an orderly way; the kinds of ground say how."""

    def stop(self, seconds=30.0):
        """The moment at which the last process was seen to be gone, or None if some had to be killed."""
        everything = processes.watched(processes.with_variable(MARK, self.base))
        try:
            self.ask_for_the_end()
            gone = everything.await_end(seconds)
        finally:
            everything.send(signal.SIGKILL)
            everything.close()
        return gone

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            print(f"--- log of {self.suite.name if self.suite else 'the bare processes'}:\n{self.said()}")
        try:
            self.stop()
            for _ in range(5):  # what was started meanwhile, and what there were no descriptors for
                rest = processes.watched(processes.with_variable(MARK, self.base))
                rest.send(signal.SIGKILL)
                rest.await_end(5)
                rest.close()
                if not rest.pidfds:
                    break
        finally:
            for process in self.started:
                process.wait()
            self.log.close()
            self.stamps.close()
            shutil.rmtree(self.base, ignore_errors=True)


class tree(ground):
    """N services under the suite's scanner. The scanner is not started before `start_scanner`."""

    def __init__(self, suite, count, program):
        super().__init__(suite)
        self.scan = self.base / "service"
        self.scan.mkdir()
        self.staging = self.base / "staging"
        self.staging.mkdir()
        self.count, self.scanner = count, None
        for number in range(count):
            make_service(self.scan / f"s{number:04}", program)
        os.utime(self.scan, (0, 0))  # as at boot: runsvdir waits a second for a directory that has just changed

    def start_scanner(self, groups=()):
        if self.suite.configure:
            self.suite.configure(str(self.scan))
        self.scanner = self.start(self.suite.scanner(str(self.scan)), groups)
        return self.scanner

    def generations(self):
        """The scanner, the supervisors, the services."""
        found = processes.descendants(self.scanner.pid)
        return [found[0], [], *found[1:]] if self.suite.central else found

    def appear(self, program, number):
        """A new service, by a rename or a symlink in turn; ms until its run is exec'd."""
        prepared = make_service(self.staging / f"n{number:03}", program)
        name = self.scan / f"n{number:03}"
        command = []
        if self.suite.configure:  # what the file says is not measured, what is done about it is
            os.rename(prepared, name)
            self.suite.configure(str(self.scan))
            os.rename(name, prepared)
        if self.suite.rescan:
            command = self.suite.rescan(str(self.scan))
        elif self.suite.central:
            command = self.suite.up(str(name))
        self.stamps.forget()
        [(before, _)] = spawned(self.environment, "-r" if number % 2 else "-l", prepared, name, 1, *command)
        return (self.stamps.take(lambda stamp: stamp.moment > before).moment - before) / 1e6

    def await_whole(self, seconds=60.0):
        """Until every service has its supervisor and its process."""

        def whole():
            if self.scanner.poll() is not None:
                raise RuntimeError(f"{self.suite.name}: the scanner ended with {self.scanner.returncode}: {self.said()}")
            found = self.generations()
            return len(found) == 3 and len(found[2]) == self.count and len(found[1]) in (self.count, 0)

        processes.await_condition(f"{self.count} services of {self.suite.name}", whole, seconds)

    def ask_for_the_end(self):
        if self.scanner and self.scanner.poll() is None:
            self.suite.stop_tree(self.scanner, str(self.scan))


class supervisors(ground):
    """N services, each under a supervisor of its own that this script started; no scanner. Of a central suite: all under that."""

    def __init__(self, suite, count, program, down=False):
        super().__init__(suite)
        self.places, self.processes = [], []
        for number in range(count):
            self.places.append(make_service(self.base / f"s{number:02}", program, down))
        if suite.central:
            suite.configure(str(self.base))
            self.processes = [self.start(suite.scanner(str(self.base)))] * count
        for place in self.places[len(self.processes) :]:
            self.processes.append(self.start(suite.supervisor(place)))

    def child(self, index):
        """The service's process, None if it is down."""
        pid = self.processes[index].pid
        try:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        except FileNotFoundError:
            raise RuntimeError(f"{self.suite.name}: a supervisor ended: {self.said()}") from None
        index = index if self.suite.central else 0
        return int(children[index]) if len(children) > index else None

    def ask_for_the_end(self):
        if self.suite.central:
            self.suite.stop_tree(self.processes[0], str(self.base))
            return
        for place, process in zip(self.places, self.processes):
            if process.poll() is None:
                self.run_client(self.suite.leave(place))


def spawned(environment, *arguments):
    """Runs `spawner` and returns [(moment before, moment after)] in monotonic ns."""
    done = subprocess.run(
        [own("spawner"), *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"spawner {' '.join(map(str, arguments))}: {done.returncode} {done.stderr.strip()}")
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
