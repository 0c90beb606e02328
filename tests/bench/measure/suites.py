"""The suites that are compared, as data: how each starts a tree or one supervisor, which client says what, how it is stopped.

Commands are absolute paths, so that it is always clear whose program runs. A central suite has one process for all its
services and no supervisors: its "scanner" is told by configuration what the scan directory holds (central_suites.py).
"""

import os
import signal
import subprocess
from typing import Callable, NamedTuple

from measure.programs import PEERS, Absent, ours, theirs


class Suite(NamedTuple):
    name: str
    program: Callable  # name -> path
    scanner: Callable  # scan directory -> command
    supervisor: Callable  # service directory -> command
    up: Callable  # service directory -> client command
    down: Callable
    hangup: Callable  # … SIGHUP to the service
    leave: Callable  # … "be down and exit", for one supervisor
    status: Callable
    stop_tree: Callable  # (process of the scanner, scan directory): asks for the end of everything
    rescan: Callable | None = None  # scan directory -> command, where a new service must be announced
    polls: bool = False  # finds new services only by looking every few seconds
    slow_restart: bool = False  # waits about 1 s before it restarts anything
    most: int = 1 << 20  # services that its scanner can have
    slow_client: bool = False  # takes a tenth of a second and more: fewer samples do
    central: bool = False
    configure: Callable | None = None  # scan directory: its services are made known, before the start or `rescan`


def say(*command):
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def services_of(scan_directory):
    return [entry.path for entry in os.scandir(scan_directory) if not entry.name.startswith(".")]


def stop_daemontools(scanner, scan_directory):
    # svscan leaves everything behind when it ends; each supervise must be told.
    scanner.terminate()
    scanner.wait()
    say(theirs("svc"), "-dx", *services_of(scan_directory))


REEVE = Suite(
    "reeve",
    ours,
    scanner=lambda place: [ours("svscan"), place],
    supervisor=lambda place: [ours("supervise"), place],
    up=lambda place: [ours("svc"), "-u", place],
    down=lambda place: [ours("svc"), "-d", place],
    hangup=lambda place: [ours("svc"), "-h", place],
    leave=lambda place: [ours("svc"), "-dx", place],
    status=lambda place: [ours("svstat"), place],
    stop_tree=lambda scanner, place: scanner.send_signal(signal.SIGTERM),
)
DAEMONTOOLS = Suite(
    "daemontools",
    theirs,
    scanner=lambda place: [theirs("svscan"), place],
    supervisor=lambda place: [theirs("supervise"), place],
    up=lambda place: [theirs("svc"), "-u", place],
    down=lambda place: [theirs("svc"), "-d", place],
    hangup=lambda place: [theirs("svc"), "-h", place],
    leave=lambda place: [theirs("svc"), "-dx", place],
    status=lambda place: [theirs("svstat"), place],
    stop_tree=stop_daemontools,
    polls=True,
    most=1000,
)
RUNIT = Suite(
    "runit",
    theirs,
    scanner=lambda place: [theirs("runsvdir"), place],
    supervisor=lambda place: [theirs("runsv"), place],
    up=lambda place: [theirs("sv"), "u", place],
    down=lambda place: [theirs("sv"), "d", place],
    hangup=lambda place: [theirs("sv"), "h", place],
    leave=lambda place: [theirs("sv"), "x", place],
    status=lambda place: [theirs("sv"), "s", place],
    stop_tree=lambda scanner, place: scanner.send_signal(signal.SIGHUP),
    polls=True,
    most=1000,
)
S6 = Suite(
    "s6",
    theirs,
    scanner=lambda place: [theirs("s6-svscan"), "-c", "12000", place],  # its own limit is 500
    supervisor=lambda place: [theirs("s6-supervise"), place],
    up=lambda place: [theirs("s6-svc"), "-u", place],
    down=lambda place: [theirs("s6-svc"), "-d", place],
    hangup=lambda place: [theirs("s6-svc"), "-h", place],
    leave=lambda place: [theirs("s6-svc"), "-xd", place],
    status=lambda place: [theirs("s6-svstat"), place],
    stop_tree=lambda scanner, place: say(theirs("s6-svscanctl"), "-t", place),
    rescan=lambda place: [theirs("s6-svscanctl"), "-a", place],
    slow_restart=True,
)
ALL = (REEVE, DAEMONTOOLS, RUNIT, S6)


def in_turn(running, number):
    """Another one begins each time, so that each follows each other one equally often: what was just measured works on for a moment."""
    first = number % len(running)
    return running[first:] + running[:first]


def present(topic, suites=None):
    """Those of the suites that are here; the topic's report says which are not."""
    from measure.central_suites import CENTRAL  # they are made of Suite, above

    found = []
    for suite in suites or (*ALL, *CENTRAL):
        try:
            if suite.name in PEERS and not os.path.exists(PEERS[suite.name]):
                raise Absent(f"{suite.name} is not installed")
            suite.scanner("/"), suite.up("/"), suite.status("/")
            found.append(suite)
        except Absent as reason:
            topic.skip(f"{suite.name}: {reason}")
    return found
