"""The report: a header, one table per topic, and the same as JSON with every sample.

A row is a label and for each column either a number, a text, or a list of samples, of which the table shows the median and the
JSON everything. Ratios are to the first row that has "reeve" as its label, within the same group.
"""

import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

from measure.programs import PEERS, PLACE, SOURCE

POLICIES = {os.SCHED_OTHER: "normal", os.SCHED_RR: "real time (round robin)", os.SCHED_FIFO: "real time (fifo)"}


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def header():
    versions = {}
    for package in PEERS:
        version = output_of("dpkg-query", "-W", "-f", "${Version}", package)
        versions[package] = version or "absent"
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
        "scheduling": f"{POLICIES.get(os.sched_getscheduler(0), 'other')}, nice {os.nice(0)}",
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "trees in": f"{PLACE} ({output_of('stat', '-f', '-c', '%T', PLACE)})",
        "reeve": output_of("git", "-C", str(SOURCE), "describe", "--always", "--dirty") or "unknown",
        "peers": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "command": "tests/bench/run " + " ".join(sys.argv[1:]),
    }


def percentile(ordered, part):
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]


def summary(samples):
    ordered = sorted(samples)
    return {
        "median": statistics.median(ordered),
        "minimum": ordered[0],
        "p90": percentile(ordered, 90),
        "p99": percentile(ordered, 99),
        "maximum": ordered[-1],
        "count": len(ordered),
        "samples": [round(value, 4) for value in samples],
    }


def shown(value):
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    magnitude = abs(value)
    return f"{value:.0f}" if magnitude >= 1000 else f"{value:.1f}" if magnitude >= 20 else f"{value:.3g}" if magnitude >= 1 else f"{value:.3f}"


def aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines


class topic:
    """What one topic found."""

    def __init__(self, name, title):
        self.name, self.title = name, title.strip()
        self.groups, self.notes, self.skipped, self.samples = [], [], [], None

    def group(self, title, columns, ratio=0):
        """A table; `ratio` is the column by which suites are compared, None for no comparison."""
        self.groups.append({"title": title, "columns": columns, "ratio": ratio, "rows": []})
        return self

    def row(self, label, *values):
        self.groups[-1]["rows"].append((label, values))

    def note(self, text):
        self.notes.append(text)

    def skip(self, text):
        self.skipped.append(text)

    def text(self):
        lines = [f"\n== {self.name}: {self.title.splitlines()[0]}"]
        for group in self.groups:
            if group["rows"]:
                lines += ["", f"  {group['title']}", *table(group)]
        lines += [f"  note: {note}" for note in self.notes]
        lines += [f"  skipped: {reason}" for reason in self.skipped]
        return "\n".join(lines)

    def data(self):
        groups = []
        for group in self.groups:
            rows = []
            for label, values in group["rows"]:
                figures = [summary(value) if isinstance(value, list) and value else value for value in values]
                rows.append({"name": label, **dict(zip(group["columns"], figures))})
            groups.append({"title": group["title"], "rows": rows})
        series = {"over time": self.samples} if self.samples else {}
        return {"name": self.name, "title": self.title, "tables": groups, **series, "notes": self.notes, "skipped": self.skipped}


def median(value):
    if isinstance(value, list):
        return statistics.median(value) if value else None
    return value


def table(group):
    compared = group["ratio"]
    columns = list(group["columns"])
    sampled = any(isinstance(value, list) for _, values in group["rows"] for value in values)
    ours = next((median(values[compared]) for label, values in group["rows"] if label == "reeve"), None) if compared is not None else None
    heading = ["", *columns]
    if sampled:
        heading += ["min", "p90", "p99", "n"]
    if ours:
        heading.append("× reeve")
    rows = [heading]
    for label, values in group["rows"]:
        row = [label] + [shown(median(value)) for value in values]
        if sampled:
            samples = sorted(values[compared or 0]) if isinstance(values[compared or 0], list) else []
            row += [shown(samples[0]), *(shown(percentile(samples, part)) for part in (90, 99)), str(len(samples))] if samples else ["-"] * 4
        if ours:
            value = median(values[compared])
            row.append(f"{value / ours:.2f}" if isinstance(value, (int, float)) else "-")
        rows.append(row)
    return aligned(rows)


class report:
    """All topics of one run."""

    def __init__(self, path, quick):
        self.path, self.header, self.topics = pathlib.Path(path), header(), {}
        if quick:
            self.header["quick"] = "few samples, not to be quoted"

    def topic(self, name, title=""):
        return self.topics.setdefault(name, topic(name, title))

    def header_text(self):
        return "\n".join(f"{key + ':':12} {value}" for key, value in self.header.items())

    def data(self):
        return {"header": self.header, "topics": [one.data() for one in self.topics.values()]}

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = self.data()
        self.path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
