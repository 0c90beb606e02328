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


def settings():
    """supervise/settings.cpp: {name: kind}"""
    text = (SOURCE / "supervise" / "settings.cpp").read_text(encoding="utf-8")
    rows = re.findall(r"\{\s*\"([a-z-]+)\",\s*(?:setting_kind::|kind::)?(\w+)", text)
    return dict(rows)
