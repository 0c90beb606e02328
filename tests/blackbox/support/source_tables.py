"""What the sources say there is (constexpr tables, programs, pages), for tests that loop over all of it."""

import dataclasses
import re
import signal

from support.paths import SOURCE


@dataclasses.dataclass(frozen=True)
class Letter:
    name: str
    command: str
    signal: int
    help: str


def letters():
    """supervise/letters.hpp"""
    text = (SOURCE / "supervise" / "letters.hpp").read_text(encoding="utf-8")
    rows = re.findall(r"\{'(.)', command::(\w+), (\w+), \"([^\"]*)\"\}", text)
    assert len(rows) >= 20, "the table of letters was not understood"
    return [Letter(name, command, getattr(signal, number) if number != "0" else 0, text) for name, command, number, text in rows]


# The constexpr functions that make a row of the table in supervise/settings.cpp, and the kind they make.
_ROWS = {"value": "value", "counted": "value", "duration": "value", "interval": "value", "program": "program", "relation": "relation", "foreign": "foreign"}


def settings():
    """supervise/settings.cpp: {name: kind}"""
    text = (SOURCE / "supervise" / "settings.cpp").read_text(encoding="utf-8")
    text = text[text.index("all_settings> table") :]
    rows = {
        name: _ROWS[made_by]
        for made_by, name in re.findall(r"\b(%s)(?:<[^\"]*>)?\(\s*\"([a-z-]+)\"" % "|".join(_ROWS), text)
    }
    rows.update((name, kind) for kind, name in re.findall(r"\bentry\(setting_kind::(\w+), \"([a-z-]+)\"", text))
    assert len(rows) >= 50, "the table of settings was not understood"
    return rows


def files_of_rooms(pattern):
    """Paths, in the folders whose programs are installed."""
    return sorted(path for room in ("chainload", "supervise", "svscan", "depengine", "tools") for path in (SOURCE / room).rglob(pattern))


def programs_and_links():
    """{program: [its links]}, of all that ends up in bin/."""
    found = {}
    for path in files_of_rooms("CMakeLists.txt"):
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        called = dict(re.findall(r"set_target_properties\(([\w-]+) PROPERTIES OUTPUT_NAME ([\w-]+)", text))
        for call in re.findall(r"^(?:lean_program|program_links)\(([^)]*)\)", text, re.MULTILINE):
            name, *words = call.split()
            links = words[words.index("LINKS") + 1 :] if "LINKS" in words else [] if "SOURCES" in words else words
            found[called.get(name, name)] = links
        found.update((called.get(name, name), []) for name in re.findall(r"\binstall\(TARGETS\s+([\w-]+)", text))
    return found


def installed_names():
    return sorted({name for program, links in programs_and_links().items() for name in (program, *links)})


def manual_pages():
    """NAME.SECTION files beside the programs."""
    return files_of_rooms("*.[1578]")
