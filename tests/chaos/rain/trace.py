"""The trace: one JSON object per line. The first says what the run was started with; each other one is an action
with what it led to, or a remark. A trace can be played again: its actions are the decisions, in their order.
"""

import json
import time


class Trace:
    def __init__(self, path, header):
        self.file = open(path, "w", encoding="utf-8", buffering=1)
        self.began = time.monotonic()
        self.path = path
        self.write(header)

    def write(self, entry):
        self.file.write(json.dumps(entry, separators=(",", ":"), default=str) + "\n")

    def stamp(self):
        """Nanoseconds of CLOCK_MONOTONIC: those of the services' journals."""
        return time.monotonic_ns()

    def action(self, decision, outcome):
        self.write({"at": self.stamp(), "pause": decision.pause, "do": decision.kind, "with": decision.words, "out": outcome})

    def remark(self, text):
        self.write({"at": self.stamp(), "remark": text})


def read(path):
    """(header, [(pause, kind, words)])."""
    with open(path, encoding="utf-8") as file:
        entries = [json.loads(line) for line in file]
    return entries[0], [(entry["pause"], entry["do"], entry["with"]) for entry in entries[1:] if "do" in entry]
