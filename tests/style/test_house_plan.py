"""The house: which rooms there are, who may include whom, and how a file begins."""

import re

import pytest
from tree import ROOMS, TOP, files, sources, text_of

TOP_LEVEL = {".ci", ".clang-format", ".clang-tidy", ".gitignore", "CMakeLists.txt", "LICENSE", "README.md", "examples", "tests", *ROOMS}

# Includes go one way only.
MAY_INCLUDE = {
    "chainload": {"chainload"},
    "supervise": {"chainload", "supervise"},
    "svscan": {"chainload", "supervise", "svscan"},
    "depengine": {"chainload", "supervise", "depengine"},
    "tools": {"chainload", "supervise", "svscan", "depengine", "tools"},
}
NOT_LEAN = {"string", "iostream", "ranges", "iterator", "bitset", "chrono", "functional", "atomic", "system_error", "vector", "map", "memory", "thread", "mutex", "sstream", "fstream", "filesystem", "stdexcept", "exception"}
# (chainload/helper* is about the helpers: that is what the family calls its small programs.)
FORBIDDEN_NAMES = re.compile(r"(^|[/_-])(utils?|helpers?|common|misc|manager|base)([/._-]|$)")


def includes(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text_of(path), re.MULTILINE)


@pytest.mark.parametrize("room", ROOMS)
def test_includes_go_one_way(room):
    wrong = [
        f"{path}: {name}"
        for path in sources(room)
        for name in includes(path)
        if name.split("/")[0] in (*ROOMS, "tests") and name.split("/")[0] not in MAY_INCLUDE[room]
    ]
    assert not wrong


def test_our_includes_are_written_from_the_top_and_exist():
    wrong = [
        f"{path}: {name}"
        for path in sources()
        for name in re.findall(r'^\s*#\s*include\s*"([^"]+)"', text_of(path), re.MULTILINE)
        if not (TOP / name).is_file() and not (path.parts[0] == "tests" and (TOP / path.parent / name).is_file())
    ]
    assert not wrong


@pytest.mark.parametrize("room", ["chainload", "supervise"])
def test_lean_code_uses_only_the_header_only_half_of_the_library(room):
    assert not [f"{path}: {name}" for path in sources(room) for name in includes(path) if name in NOT_LEAN]


def test_the_top_level_holds_the_house_plan_and_nothing_else():
    assert {path.parts[0] for path in files()} <= TOP_LEVEL


def test_there_is_no_room_without_a_subject():
    assert not [str(path) for path in files() if FORBIDDEN_NAMES.search(str(path)) and not str(path).startswith("chainload/helper")]


def test_headers_are_included_once():
    assert not [str(path) for path in sources() if path.suffix == ".hpp" and "#pragma once" not in text_of(path)]


def first_comment_lines(path):
    count = 0
    for line in text_of(path).splitlines():
        if not line.startswith("//"):
            break
        count += 1
    return count


def test_a_header_opens_with_what_it_is():
    assert not [str(path) for path in sources(*ROOMS) if path.suffix == ".hpp" and first_comment_lines(path) == 0]


def test_a_source_without_a_header_opens_with_what_it_is():
    paths = {path for path in sources(*ROOMS)}
    assert not [str(path) for path in paths if path.suffix == ".cpp" and path.with_suffix(".hpp") not in paths and first_comment_lines(path) == 0]


def test_the_step_of_a_failure_outlives_its_function():
    """An array that is constexpr and local, but not static, is gone when the function returns a failure with it."""
    local_array = re.compile(r"^ +constexpr char step\w*\[\]", re.MULTILINE)
    assert not [path for path in sources(*ROOMS) if local_array.search(text_of(path))]


def test_files_are_small():
    assert not [f"{path}: {lines} lines" for path in sources(*ROOMS) if (lines := text_of(path).count("\n")) > 400]


def test_lean_code_neither_throws_nor_allocates():
    wrong = re.compile(r"\b(throw|try|catch|dynamic_cast|typeid|malloc|calloc|realloc|strdup)\b\s*[({<]|\bnew\s+[A-Za-z_:]+[ ({\[;]")
    found = []
    for path in sources("chainload", "supervise"):
        for number, line in enumerate(text_of(path).splitlines(), 1):
            code = re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]
            if wrong.search(code):
                found.append(f"{path}:{number}: {line.strip()}")
    assert not found
