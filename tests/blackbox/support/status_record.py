"""supervise/status, decoded from the documented layout and not from our own code: supervise(5)'s table is the
contract, and this is a second reader of it.
"""

import dataclasses
import pathlib
import struct

SIZE = 256
PHASES = ["down", "starting", "up", "ready", "stopping", "finishing", "backoff", "failed", "skipped", "done"]
CAUSES = ["none", "exited", "killed", "dumped", "timeout", "watchdog", "health", "failed", "unknown"]
GIVE_UPS = ["none", "asked", "finish exited 125", "too many deaths", "not restarted by policy"]
WANTS = {ord("u"): "up", ord("d"): "down", 0: "once"}
FLAGS = ["waits_for_engine", "skipped", "forking", "adopted", "exit_wanted"]

# bytes 12-19, 20-23, 36-63, 64-95, 112-119; stamps and texts are taken by hand
_LITTLE = struct.Struct("<I4B")
_OURS = struct.Struct("<2s2B")
_PROCESS = struct.Struct("<IQQI4B")
_COUNTERS = struct.Struct("<4Q")


@dataclasses.dataclass
class Record:
    changed: float
    pid: int
    paused: bool
    want: str
    stop_sent: bool
    run_state: int
    phase: str
    ready_since: float
    supervise_pid: int
    main_start: int
    supervise_start: int
    wait_status: int
    cause: str
    flags: set
    give_up: str
    stage: int
    starts: int
    deaths: int
    commands: int
    readiness: int
    tree: str
    next_start: int
    home: int
    text: str


def tai64n(stamp):
    """Unix time of 12 bytes TAI64N; 0.0 for all zero."""
    seconds, nanoseconds = struct.unpack(">QI", stamp)
    return 0.0 if seconds == 0 else seconds - (1 << 62) - 10 + nanoseconds / 1e9


def decode(data):
    assert len(data) == SIZE, f"a status record has {SIZE} bytes, not {len(data)}"
    pid, paused, want, stop_sent, run_state = _LITTLE.unpack_from(data, 12)
    magic, version, phase = _OURS.unpack_from(data, 20)
    assert magic == b"rv" and version == 1
    supervise_pid, main_start, supervise_start, wait_status, cause, flags, give_up, stage = _PROCESS.unpack_from(data, 36)
    return Record(
        changed=tai64n(data[0:12]),
        pid=pid,
        paused=bool(paused),
        want=WANTS[want],
        stop_sent=bool(stop_sent),
        run_state=run_state,
        phase=PHASES[phase],
        ready_since=tai64n(data[24:36]),
        supervise_pid=supervise_pid,
        main_start=main_start,
        supervise_start=supervise_start,
        wait_status=wait_status,
        cause=CAUSES[cause],
        flags={name for bit, name in enumerate(FLAGS) if flags >> bit & 1},
        give_up=GIVE_UPS[give_up],
        stage=stage,
        **dict(zip(("starts", "deaths", "commands", "readiness"), _COUNTERS.unpack_from(data, 64))),
        tree=data[96:112].hex(),
        next_start=struct.unpack_from("<Q", data, 112)[0],
        home=struct.unpack_from("<Q", data, 120)[0],
        text=data[128:256].rstrip(b"\0").decode("utf-8"),
    )


def read(service_directory):
    """The record; None if there is none yet, or one that is not ours (daemontools', runit's)."""
    try:
        data = pathlib.Path(service_directory, "supervise", "status").read_bytes()
    except FileNotFoundError:
        return None
    return decode(data) if len(data) >= SIZE and data[20:22] == b"rv" else None


@dataclasses.dataclass
class Death:
    time: float
    pid: int
    wait_status: int
    uptime_ms: int
    cause: str


def read_deaths(service_directory):
    """supervise/deaths, oldest first."""
    try:
        data = pathlib.Path(service_directory, "supervise", "deaths").read_bytes()
    except FileNotFoundError:
        return []
    found = []
    for at in range(0, len(data), 32):
        pid, wait_status, uptime, cause = struct.unpack_from("<IIQB", data, at + 12)
        if cause:
            found.append(Death(tai64n(data[at : at + 12]), pid, wait_status, uptime, CAUSES[cause]))
    return sorted(found, key=lambda death: death.time)
