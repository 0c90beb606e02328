"""pytest_report.py JUNIT_XML: what a pytest run came to, short enough to be read at the end of a long log.

The first line is "PASSED FAILED SKIPPED", then a line "test: ID" for each test that failed (which pytest takes as an
argument), then an empty line and the text for people: the reasons of the skipped tests, each once, and the failures.
"""

import collections
import sys
import xml.etree.ElementTree as tree

LINES = 40  # of a failure
WIDTH = 300  # of a line
WRONG = ("failure", "error")


def identity(case):
    """What pytest calls the test on its command line."""
    path = case.get("classname").replace(".", "/") + ".py" if case.get("classname") else ""
    return f"{path}::{case.get('name')}" if path else case.get("name")


def shown(text):
    """The beginning and the end of a failure: what was tried, and what came of it."""
    lines = [line[:WIDTH] for line in text.strip().splitlines()]
    if len(lines) > LINES:
        lines[LINES // 2 : -LINES // 2] = ["[...]"]
    return "\n".join(lines)


def main():
    cases = tree.parse(sys.argv[1]).getroot().iter("testcase")
    passed, failures, reasons = 0, {}, collections.Counter()
    for case in cases:
        wrong = [part for part in case if part.tag in WRONG]
        skipped = case.find("skipped")
        if wrong:
            text = "\n".join(shown(part.text or part.get("message") or "") for part in wrong)
            failures[identity(case)] = f"{failures[identity(case)]}\n{text}" if identity(case) in failures else text
        elif skipped is not None:
            reasons[(skipped.get("message") or "").split("\n")[0][:WIDTH]] += 1
        else:
            passed += 1
    print(passed, len(failures), sum(reasons.values()))
    for name in failures:
        print(f"test: {name}")
    print()
    for reason, times in reasons.most_common():
        print(f"{times} skipped: {reason}")
    for name, text in failures.items():
        print(f"\n-- failed: {name}\n{text}")


main()
