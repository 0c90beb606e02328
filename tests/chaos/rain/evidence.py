"""What the services wrote about themselves, and what must never be in it.

All moments are CLOCK_MONOTONIC nanoseconds, noted by the services: `ready` before it is said, `asked` after the stop
signal came. So "started after ready" and "asked after the end of what needs it" hold exactly, however late a process
gets to run: nothing has to be forgiven.
"""

import bisect
import collections

from rain.population import NEEDS

Event = collections.namedtuple("Event", "ns what role pid code")


def events(directory):
    """All of one service's journal, in order of time."""
    try:
        text = (directory / "journal").read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    found = []
    for line in text.splitlines():
        what, role, pid, *rest = line.split(" ")
        code = int(rest[0]) if what == "end" else None
        found.append(Event(int(rest[-1]), what, role, int(pid), code))
    return sorted(found)


def is_on(event):
    """From here on whoever needs the service may start."""
    return (event.what == "ready" and event.role == "run") or (event.what, event.role) == ("start", "daemon") or (event.what, event.role, event.code) == ("end", "start", 0)


def is_off(event):
    """The engine has had it stopped."""
    return (event.what == "asked" and event.role in ("run", "daemon")) or (event.what, event.role) == ("start", "stop")


class Order:
    """Start only after what is needed was ready, and has not been stopped since."""

    def __init__(self, population, place):
        self.population, self.place = population, place
        self.switches = {}
        for name, member in population.members.items():
            if member.kind == "target":
                continue
            found = [(event.ns, is_on(event)) for event in events(place.evidence / name) if is_on(event) or is_off(event)]
            self.switches[name] = ([ns for ns, _ in found], [on for _, on in found])

    def grounds(self, name):
        """The processes and oneshots that must be ready when `name` is: itself, or those a target needs."""
        found, to_do = set(), [name]
        while to_do:
            member = self.population.members[to_do.pop()]
            if member.kind != "target":
                found.add(member.name)
            else:
                to_do += [other for other, relation in member.relations.items() if relation in NEEDS]
        return found

    def violations(self):
        found = []
        for name, member in self.population.members.items():
            needs = [(ground, relation) for other, relation in member.relations.items() if relation in NEEDS for ground in self.grounds(other)]
            if member.kind == "target" or not needs or member.family == "w":
                continue  # what w needs changes
            starts = [event for event in events(self.place.evidence / name) if event.what == "start" and event.role in ("run", "start")]
            for start in starts:
                for other, relation in needs:
                    if why := self.unready(other, start.ns, ever=relation == "milestone"):
                        found.append(f"{name} was started at {start.ns} (pid {start.pid}), and {other}, which it needs ({relation}), {why}")
        return found

    def unready(self, other, moment, ever):
        """Why `other` cannot have been seen ready at this moment; "" if it can."""
        stamps, on = self.switches[other]
        before = bisect.bisect_left(stamps, moment)
        if before == 0:
            return "had never been ready"
        if ever:
            return "" if any(on[:before]) else "had never been ready"
        return "" if on[before - 1] else f"had been stopped at {stamps[before - 1]} and not been ready since"


def violations(place):
    """What services found out while they ran: {name: text}."""
    return {path.parent.name: path.read_text(encoding="ascii") for path in sorted(place.evidence.glob("*/violations"))}
