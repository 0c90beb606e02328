"""Requests to the engine that nobody waits for: each is a connection that is looked at now and then until its result
is there. An answer that is no answer of the protocol is a violation.
"""

import json
import os
import socket
import time

PATIENCE = 30  # seconds; then the connection is given up, as an impatient client does
RESULTS = {"done", "already", "skipped", "failed", "timeout", "dependency", "held", "cancelled", "superseded", "refused"}


class Request:
    def __init__(self, directory, text):
        self.text, self.since, self.buffer, self.result = text, time.monotonic(), b"", None
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.setblocking(False)
        folder = os.open(directory / ".depengine", os.O_PATH | os.O_DIRECTORY)
        try:
            self.socket.connect(f"/proc/self/fd/{folder}/socket")
            self.socket.sendall(text.encode() + b"\n")
        except OSError:
            self.socket.close()
            raise
        finally:
            os.close(folder)

    def is_over(self):
        """Reads what there is; True once nothing more is to be expected."""
        try:
            while True:
                data = self.socket.recv(65536)
                if not data:
                    return True
                self.buffer += data
                *lines, self.buffer = self.buffer.split(b"\n")
                for line in lines:
                    answer = json.loads(line)
                    if answer["type"] in ("result", "error"):
                        self.result = answer
                        return True
        except BlockingIOError:
            return time.monotonic() - self.since > PATIENCE
        except ConnectionError:
            return True

    def close(self):
        self.socket.close()

    def complaint(self):
        """Why the answer is wrong; None if it is right, or if there is none."""
        if self.result is None:
            return None
        if self.result["type"] == "error":
            return f"{self.text} was answered by {self.result}"
        strange = [one for one in self.result["results"] if one["result"] not in RESULTS]
        return f"{self.text} was answered by {strange}" if strange else None


class Requests:
    def __init__(self, directory):
        self.directory = directory
        self.open = []
        self.tally = {}
        self.complaints = []

    def ask(self, **what):
        """What became of it at once."""
        if len(self.open) >= 40:  # the engine has 64 places
            return "too many"
        try:
            self.open.append(Request(self.directory, json.dumps({"v": 1, **what})))
            return "asked"
        except OSError as why:
            return os.strerror(why.errno) if why.errno else str(why)

    def look(self):
        still = []
        for request in self.open:
            if not request.is_over():
                still.append(request)
                continue
            request.close()
            if complaint := request.complaint():
                self.complaints.append(complaint)
            kinds = [one["result"] for one in request.result.get("results", [])] or ["refused"] if request.result else ["no answer"]
            for kind in kinds:
                self.tally[kind] = self.tally.get(kind, 0) + 1
        self.open = still

    def close(self):
        for request in self.open:
            request.close()
        self.open = []
