"""loggers: bytes per second, processor time and memory

One writer, one logger that stamps each line and rotates at 1 MB, ten files, in memory: MB/s of input until the logger has
ended, and its own processor time for a million lines. `cat` into one file, without stamps, is what the pipe and the files
cost. Each round runs every logger once. Then so many idle ones: USS is what smaps_rollup calls Private_*.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time
from typing import Callable, NamedTuple

from measure import processes
from measure.programs import PLACE, Absent, ours, own, theirs
from measure.suites import in_turn


class Logger(NamedTuple):
    name: str
    command: Callable  # (stamps and rotates, selects by a pattern too) -> command; the log is ./log
    prepare: Callable = lambda place, select: None


def svlogd_settings(place, select):
    (place / "log").mkdir()
    (place / "log" / "config").write_text("s1000000\nn10\n" + ("-*nothing*\n" if select else ""), encoding="ascii")


LOGGERS = (
    Logger("reeve", lambda select: [ours("multilog"), "t", "s1000000", "n10", *(["-*nothing*"] if select else []), "./log"]),
    Logger("daemontools", lambda select: [theirs("multilog"), "t", "s1000000", "n10", *(["-*nothing*"] if select else []), "./log"]),
    Logger("runit svlogd", lambda select: [theirs("svlogd"), "-t", "./log"], svlogd_settings),
    Logger("s6-log", lambda select: [theirs("s6-log"), "-b", "--", *(["-nothing"] if select else []), "t", "s1000000", "n10", "./log"]),
    Logger("cat > file", lambda select: ["/bin/sh", "-c", "exec cat >file"]),
)

# title, size of a line, bytes of a write(2) (None: a line), by pattern
LOADS = (
    ("100-byte lines, 64 KiB a write", 100, 65536, False),
    ("100-byte lines, one a write", 100, None, False),
    ("10-byte lines, 64 KiB a write", 10, 65536, False),
    ("10 kB lines, 64 KiB a write", 10_000, 65536, False),
    ("100-byte lines, 64 KiB a write, by a pattern", 100, 65536, True),
)


def present(topic):
    found = []
    for one in LOGGERS:
        try:
            one.command(False)
            found.append(one)
        except Absent as reason:
            topic.skip(str(reason))
    return found


def measure(topic, quick):
    loggers = present(topic)
    total, rounds, idle = (50_000_000, 2, 20) if quick else (200_000_000, 5, 200)
    whole = total
    for title, size, block, select in LOADS:
        total = whole // 4 if size < 20 else whole  # the others are slow there
        speeds, cpu = {one.name: [] for one in loggers}, {one.name: [] for one in loggers}
        for turn in range(rounds):
            for one in in_turn(loggers, turn):
                seconds, processor = run(one, size, block, select, total)
                speeds[one.name].append(total / seconds / 1e6)
                cpu[one.name].append(processor * 1e3 / (total / size / 1e6))
        topic.group(title, ["MB/s", "cpu ms/M lines"])
        for one in loggers:
            topic.row(one.name, speeds[one.name], cpu[one.name])
    topic.group(f"{idle} idle, after a few lines", ["USS, kB", "largest"])
    for one in loggers[:-1]:
        topic.row(one.name, *memory(one, idle))


class place:
    """A new directory, for the time of a measurement."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="reeve-bench.", dir=PLACE))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def run(logger, size, block, select, total):
    """(seconds from the writer's start to the logger's end, the logger's processor time)"""
    with place() as where:
        logger.prepare(where, select)
        reader, writer = os.pipe()
        with subprocess.Popen(logger.command(select), stdin=reader, stdout=subprocess.DEVNULL, cwd=where) as process:
            os.close(reader)
            begin = time.monotonic()
            feeder = subprocess.Popen([own("flood"), str(size), str(total), *([str(block)] if block else [])], stdout=writer)
            os.close(writer)
            _, status, usage = os.wait4(process.pid, 0)
            end = time.monotonic()
            process.returncode = os.waitstatus_to_exitcode(status)
            feeder.wait()
            if process.returncode or feeder.returncode:
                raise RuntimeError(f"{logger.name}: exit {process.returncode}, its writer {feeder.returncode}")
            return end - begin, usage.ru_utime + usage.ru_stime


def memory(logger, count):
    """(median, largest) USS of so many idle ones."""
    with place() as where:
        started = []
        for number in range(count):
            own_place = where / str(number)
            own_place.mkdir()
            logger.prepare(own_place, False)
            reader, writer = os.pipe()
            started.append((subprocess.Popen(logger.command(False), stdin=reader, cwd=own_place), writer))
            os.close(reader)
            os.write(writer, b"a line\n" * 100)
        for number in range(count):
            current = where / str(number) / "log" / "current"
            processes.await_condition("the lines", lambda path=current: path.exists() and path.stat().st_size >= 700)
        time.sleep(2)  # until they are idle
        figures = [processes.private_kb(process.pid) for process, _ in started]
        for process, writer in started:
            os.close(writer)
            process.wait()
        return statistics.median(figures), max(figures)
