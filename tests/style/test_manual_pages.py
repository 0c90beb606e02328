"""Each letter, setting and option of the tables has an entry in its manual page, and each program has a page."""

import re

import pytest
from support.source_tables import letters, programs_and_links, relation_names, settings
from tree import files, pages, text_of


def page(name):
    found = [path for path in pages() if path.name == name]
    assert found, f"the manual page {name} is not there"
    return text_of(found[0])


def plain(text):
    """mdoc with its escapes undone, as far as names of settings need it."""
    return text.replace("\\-", "-").replace("\\&", "")


def has_entry(text, word):
    """Whether an mdoc list item names the word: ".It Pa run", ".It Cm u", ".It Fl e Ar DIR"."""
    return re.search(rf"^\.It\b.*(?<![\w-]){re.escape(word)}(?![\w-])", plain(text), re.MULTILINE) is not None


@pytest.mark.parametrize("letter", letters(), ids=lambda letter: letter.name)
def test_control_letter(letter):
    assert has_entry(page("supervise.8"), letter.name)


@pytest.mark.parametrize("name", [name for name, kind in settings().items() if kind != "foreign"])
def test_setting(name):
    text = "".join(text_of(path) for path in pages() if path.suffix == ".5")
    assert has_entry(text, name) or has_entry(text, name + "/"), f"{name} has no entry in a page of section 5"


@pytest.mark.parametrize("name", relation_names())
def test_relation(name):
    assert has_entry(page("sv-relations.5"), name + "/")


def svctl_verbs():
    """Those of svctl's own table, and those that it hands to the engine."""
    own = re.search(r"own_verbs\[\] = \{(.*?)^\};", text_of("tools/svctl/verb_table.hpp"), re.DOTALL | re.MULTILINE)[1]
    asked = re.search(r"verb_table\{\{(.*?)^\}\};", text_of("depengine/request.hpp"), re.DOTALL | re.MULTILINE)[1]
    found = re.findall(r'\{"([a-z-]+)", "', own) + re.findall(r'\{verb::\w+, "([a-z-]+)"', asked)
    assert len(found) > 25 and len(set(found)) == len(found)
    return found


@pytest.mark.parametrize("verb", svctl_verbs())
def test_svctl_verb(verb):
    """Behind .It Cm; several may share an entry."""
    assert has_entry(page("svctl.1"), verb)


def typed_names():
    """A program of many names is known by those."""
    return sorted({name for program, links in programs_and_links().items() for name in links or [program]})


@pytest.mark.parametrize("program", typed_names())
def test_program_has_a_page(program):
    """A page of its own, or a section or an item of the page of its family."""
    named = {path.stem for path in pages()}
    entry = re.compile(rf"^\.(Nm|Ss|Sh|It)\b.*(?<![\w-]){re.escape(program)}(?![\w-])", re.MULTILINE)
    assert program in named or any(entry.search(plain(text_of(path))) for path in pages())


def test_pages_are_installed():
    listed = "\n".join(text_of(path) for path in files() if path.name == "CMakeLists.txt")
    assert not [str(path) for path in pages() if not re.search(rf"(^|[\s(]){re.escape(path.name)}($|[\s)])", listed, re.MULTILINE)]
