"""README's table of figures, made from a run's JSON: what each line says, and from which row and column of which topic.

A line whose figures the run does not have is left out. `floor` is the row with the physical limit.
"""

from typing import NamedTuple

SUITES = ("reeve", "daemontools", "runit", "s6", "supervisor")


class Line(NamedTuple):
    text: str
    topic: str
    group: str  # how its title begins; "" for the first
    column: str
    unit: str
    floor: str = ""
    factor: float = 1
    names: dict = {}  # suite -> row, where they differ
    part: str = "median"


LINES = (
    Line("memory of one idle supervisor (USS, 200 of them)", "memory", "USS", "supervisor", "kB"),
    Line("the same with the kernel's share, per service", "memory", "whole", "supervision", "kB"),
    Line("the same with its service", "memory", "whole", "with its service", "kB", "bare processes"),
    Line("wake-ups of the scanner in 10 s, 200 idle services", "idle", "", "scanner", ""),
    Line("death of a service → its next `run` is exec'd", "respawn", "", "median", "ms", "fork+exec alone"),
    Line("`svc -u` typed → `run` is exec'd", "start", "", "median", "ms", "client's exec, fork+exec"),
    Line("`svc -h` typed → the service has the signal, median", "control", "client", "median", "ms", "kill(2) by a static program", 1e-3),
    Line("the same, 99th percentile", "control", "client", "median", "ms", "kill(2) by a static program", 1e-3, {}, "p99"),
    Line("status of one service typed", "client", "", "median", "ms", "empty program", 1e-3),
    Line("a directory appears → its `run` is exec'd", "new", "", "median", "ms", "fork+exec alone"),
    Line("scanner exec'd → the last of 10 `run`s exec'd", "boot", "10 ", "wall", "ms", "fork+exec alone"),
    Line("… of 100", "boot", "100 ", "wall", "ms", "fork+exec alone"),
    Line("… of 1000", "boot", "1000 ", "wall", "ms", "fork+exec alone"),
    Line("its cpu time", "boot", "1000 ", "cpu", "ms", "fork+exec alone"),
    Line("… of 10,000", "large", "start of 10000", "wall ms", "ms"),
    Line("death → `run` among 10,000", "large", "one among 10000, ms: death", "death -> run", "ms"),
    Line("new name → `run` among 10,000", "large", "one among 10000, ms: new", "new name -> run", "ms"),
    Line("stop of 10,000", "large", "stop of 10000", "wall ms", "ms"),
    Line("memory of the scanner with 10,000", "large", "memory with 10000", "scanner USS, kB", "kB"),
    Line("TERM → the last process of 200 services is gone", "stop", "", "median", "ms", "kill(2) alone"),
    Line("100 crashing services for 10 s: cpu time", "storm", "100 ", "cpu ms", "ms"),
    Line("log of 100-byte lines, 64 KiB a write", "logger", "100-byte lines, 64 KiB a write", "MB/s", "MB/s", "cat > file", 1, {"runit": "runit svlogd", "s6": "s6-log"}),
    Line("log of 100-byte lines, one a write", "logger", "100-byte lines, one a write", "MB/s", "MB/s", "cat > file", 1, {"runit": "runit svlogd", "s6": "s6-log"}),
    Line("one link of a chain: `envdir` of 3 files", "chain", "µs per link of envdir", "median", "µs", "system calls alone", 1, {"runit": "runit chpst"}),
    Line("… `setuidgid`", "chain", "µs per link of setuidgid", "median", "µs", "system calls alone", 1, {"runit": "runit chpst"}),
    Line("… `softlimit`", "chain", "µs per link of softlimit", "median", "µs", "system calls alone", 1, {"runit": "runit chpst"}),
    Line("dependencies, from nothing: chain of 100", "graph", "chain of 100", "from nothing", "ms", "fork + exec"),
    Line("… 100 independent", "graph", "100 independent", "from nothing", "ms", "fork + exec"),
    Line("… 1000 in layers", "graph", "layered, 1000", "from nothing", "ms", "fork + exec"),
)


def shown(value, unit):
    if value is None:
        return "–"
    magnitude = abs(value)
    if unit == "ms" and magnitude >= 1000:
        value, unit, magnitude = value / 1000, "s", magnitude / 1000
    digits = 0 if magnitude >= 100 or value == int(value) else 1 if magnitude >= 10 or unit == "s" else 2
    return f"{value:.{digits}f} {unit}".strip()


def figures(data):
    """{(topic, title of the group, row): {column: figure}}; groups of one title differ by their first column."""
    found = {}
    for topic in data["topics"]:
        for group in topic["tables"]:
            for row in group["rows"]:
                columns = {name: value for name, value in row.items() if name != "name"}
                title = f"{group['title']}: {next(iter(columns), '')}"
                found[topic["name"], title, row["name"]] = columns
    return found


def zero(value):
    """A count may be none; memory and time that are none are not there."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def figure_of(found, line, row):
    for (topic, title, name), columns in found.items():
        if topic == line.topic and title.startswith(line.group) and name == row and line.column in columns:
            value = columns[line.column]
            value = value.get(line.part) if isinstance(value, dict) else value
            return value * line.factor if isinstance(value, (int, float)) and value > 0 else zero(value)
    return None


def table(data):
    found, header = figures(data), data["header"]
    suites = [suite for suite in (*SUITES, "dinit") if any(row == suite for _, _, row in found)]
    rows = []
    for line in LINES:
        values = [figure_of(found, line, line.names.get(suite, suite)) for suite in suites]
        if all(value is None for value in values):
            continue
        values.append(figure_of(found, line, line.floor) if line.floor else None)
        rows.append(f"| {line.text} | " + " | ".join(shown(value, line.unit) for value in values) + " |")
    lead = f"{header['date'][:10]}, {header['kernel']}, {header['processors']} processors, {header['peers']}, {header['scheduling']}; trees in {header['trees in']}; `{header['command'].strip()}`"
    heading = [f"| median | {' | '.join(suites)} | limit |", "| --- |" + " --- |" * (len(suites) + 1)]
    return "\n".join([lead + ":", "", *heading, *rows])
