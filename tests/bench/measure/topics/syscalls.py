"""system calls of a supervisor per death and restart of its service

Counted with strace over several deaths of a service that was up for more than 1 s: the supervisor's own, and those of its
child before it execs run. The notes have the calls by name.
"""

import collections
import os
import re
import signal
import subprocess
import time

from measure import processes
from measure.programs import theirs
from measure.suites import ALL, present
from measure.topics.respawn import wait_for_first
from measure.trees import supervisors

LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()")


def measure(topic, quick):
    deaths = 2 if quick else 5
    topic.group("calls per cycle", ["supervisor", "child before exec"])
    for suite in present(topic, ALL):
        own, child = trace(suite, deaths)
        topic.row(suite.name, sum(own.values()) / deaths, sum(child.values()) / deaths)
        topic.note(f"{suite.name}: {', '.join(f'{name} {count / deaths:g}' for name, count in own.most_common())}")


def trace(suite, deaths):
    with supervisors(suite, 1, "stamp") as one:
        current = {}
        wait_for_first(one, current)
        supervisor = one.processes[0].pid
        output = one.base / "trace"
        tracer = subprocess.Popen([theirs("strace"), "-f", "-qq", "-o", output, "-p", str(supervisor)], stderr=subprocess.DEVNULL)
        try:
            processes.await_condition("strace", lambda: traced(supervisor))
            for _ in range(deaths):
                time.sleep(1.25)
                os.kill(current[suite.name, 0], signal.SIGKILL)
                current[suite.name, 0] = one.stamps.take().process
            time.sleep(1.25)  # what belongs to the last cycle is over
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        return count(output.read_text(errors="replace"), supervisor)


def traced(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
        return not re.search(r"^TracerPid:\s*0$", status.read(), re.MULTILINE)


def count(text, supervisor):
    """Calls begun: by the supervisor, and by its children until their exec has succeeded."""
    own, child, through = collections.Counter(), collections.Counter(), set()
    for line in text.splitlines():
        found = LINE.match(line)
        if not found:
            continue
        pid, resumed, name = int(found[1]), found[2], found[3]
        if name and name != "restart_syscall":
            if pid == supervisor:
                own[name] += 1
            elif pid not in through:
                child[name] += 1
        if (name or resumed) == "execve" and line.rstrip().endswith("= 0"):
            through.add(pid)
    return own, child
