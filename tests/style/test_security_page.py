"""sv-security(7) and tests/blackbox/test_security_*.py: each promise has the test of its name, and each test a promise."""

import re

from tree import files, pages, text_of


def promises():
    page = [path for path in pages() if path.name == "sv-security.7"]
    return [re.sub(r"[^a-z0-9]+", "_", title.lower()) for title in re.findall(r"^\.It Sy (.*)$", text_of(page[0]), re.MULTILINE)]


def written_tests():
    sources = [path for path in files() if path.name.startswith("test_security_") and "blackbox" in path.parts]
    return [name for path in sources for name in re.findall(r"^def test_(\w+)", text_of(path), re.MULTILINE)]


def test_each_promise_has_its_test():
    assert sorted(promises()) == sorted(written_tests())
