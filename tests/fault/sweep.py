"""Which faults a scenario is run with, and the running of them, each in a directory and with processes of its own."""

import json
import os
import shutil
import tempfile
import traceback
import uuid
import zlib

from injection import Fault, await_report
from plausible import errors_of
from support import orphans, processes
from support.paths import BIN

SAMPLE = 1 / 100  # of all cases, in CI
REPEATED = 60  # of a call that is made much more often (a scan of /proc) so many first and last ones fail


def environment_of(directory):
    """What all that one case starts is marked with."""
    return {
        "PATH": f"{BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(directory),
        processes.MARKER: uuid.uuid4().hex,
    }


def run_case(scenario, fault):
    """Runs `scenario(directory, environment, fault)`; returns (what it returns, None), or (None, what went wrong)."""
    directory = tempfile.mkdtemp(prefix="f", dir=os.environ.get("REEVE_FAULT_DIRECTORY"))
    environment = environment_of(directory)
    try:
        found = scenario(directory, environment, fault)
        left = processes.kill_marked(environment[processes.MARKER])
        orphans.reap()
        return found, f"processes are left: {left}" if left else None
    except Exception:  # noqa: BLE001  (whatever it is, it is this case's finding)
        text = traceback.format_exc()
        processes.kill_marked(environment[processes.MARKER])
        orphans.reap()
        return None, text
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def reference(name, scenario, cache, after=""):
    """The run without a fault: {"counts": …, "state": what the scenario returns}; found once for all workers."""
    path = cache / f"reference-{name}.json"
    if not path.exists():

        def counted(directory, environment, fault):
            report, state = scenario(directory, environment, fault)
            return {"counts": await_report(report).counts, "state": state}

        found, wrong = run_case(counted, Fault(after=after))
        assert wrong is None, f"without a fault: {wrong}"
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(found), encoding="ascii")
        fresh.rename(path)
    return json.loads(path.read_text(encoding="ascii"))


def occurrences(count):
    return [number for number in range(1, count + 1) if number <= REPEATED or number > count - REPEATED]


def all_faults(counts, after=""):
    """Each occurrence of each call with each plausible error."""
    return [
        Fault(call, occurrence, error, after)
        for call in sorted(counts)
        for error in errors_of(call)
        for occurrence in occurrences(counts[call])
    ]


def sample(name, faults):
    """The same ones in each run: spread over calls, occurrences and errors by a checksum."""
    chosen = [one for one in faults if zlib.crc32(f"{name}:{one}".encode()) < SAMPLE * 2**32]
    return chosen or faults[:1]


def check(scenario, faults, state):
    """Runs all these; returns (how many took effect, the findings)."""
    effective, findings = 0, []

    def judged(directory, environment, fault):
        report, now = scenario(directory, environment, fault)
        assert now == state, f"the end state is {now}, without the fault it is {state}"
        return await_report(report).failed

    for fault in faults:
        failed, wrong = run_case(judged, fault)
        effective += bool(failed)
        if wrong:
            findings.append(f"{fault}: {wrong}")
    return effective, findings
