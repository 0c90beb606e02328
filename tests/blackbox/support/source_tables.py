"""The constexpr tables of the sources, for tests that loop over a whole vocabulary."""

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
