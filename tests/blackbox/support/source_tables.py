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


def relation_names():
    """depengine/relations.hpp: the directories, from either end."""
    text = (SOURCE / "depengine" / "relations.hpp").read_text(encoding="utf-8")
    rows = re.findall(r"\{relation::\w+, \"([a-z-]+)\", \"([a-z-]*)\",", text)
    assert len(rows) >= 12, "the table of relations was not understood"
    return sorted({name for row in rows for name in row if name})


def helper_groups():
    """chainload/helpers/GROUP: {GROUP: [the names of its helpers]}, as its table has them."""
    found = {}
    for path in sorted((SOURCE / "chainload" / "helpers").glob("*/helpers.hpp")):
        found[path.parent.name] = re.findall(r"^ +\{\"([a-z0-9-]+)\",\s*run_\w+,", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert found[path.parent.name], f"the table of {path} was not understood"
    return found


def shadowing_helpers():
    """Those whose links are not installed, because most machines have another program of that name."""
    texts = [path.read_text(encoding="utf-8") for path in (SOURCE / "chainload" / "helpers").glob("*/CMakeLists.txt")]
    return {name for text in texts for names in re.findall(r"SHADOWING ([^)]*?)(?=PARTS|HELPERS|\))", text) for name in names.split()}


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
    found["chainload"] = [name for names in helper_groups().values() for name in names]
    return found


def installed_names():
    return sorted({name for program, links in programs_and_links().items() for name in (program, *links)} - shadowing_helpers())


def manual_pages():
    """NAME.SECTION files beside the programs."""
    return files_of_rooms("*.[1578]")
