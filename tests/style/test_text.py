"""What must not stand in any file, and what the linters say."""

import re
import shutil
import subprocess

import pytest
from tree import TOP, files, pages, sources, text_of

# Split, so that this file does not hold them itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|not (yet )?implem" r"ented|st" r"ub)\b")
ELSEWHERE = re.compile(r"(?<!\w)/(home|root)/", re.IGNORECASE)


def text_files():
    return [path for path in files() if "corpus" not in path.parts and path.suffix not in (".png", ".zst", ".gz")]


def lines_with(pattern, paths):
    found = []
    for path in paths:
        try:
            text = text_of(path)
        except UnicodeDecodeError:
            continue
        found += [f"{path}:{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
    return found


def test_nothing_is_left_unfinished():
    assert not lines_with(UNFINISHED, text_files())


def test_no_path_of_a_workplace():
    assert not lines_with(ELSEWHERE, text_files())


def test_no_trailing_blanks_and_no_tabs_in_sources():
    assert not lines_with(re.compile(r"[ \t]+$|\t"), [path for path in files() if path.suffix in (".hpp", ".cpp", ".py")])


def tool(name, package):
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed (Debian package {package})")
    return found


def run(*command):
    return subprocess.run([str(word) for word in command], cwd=TOP, capture_output=True, text=True, check=False)


def test_clang_format_has_nothing_to_change():
    done = run(tool("clang-format", "clang-format"), "--dry-run", "-Werror", *sources())
    changed = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", done.stderr, re.MULTILINE)))
    assert done.returncode == 0, f"clang-format would change: {changed}"


def shell_scripts():
    return [path for path in files() if path.suffix == ".sh" or re.match(r"#!\s*/bin/(ba)?sh\b", head(path))]


def head(path):
    with open(TOP / path, "rb") as file:
        return file.readline(80).decode(errors="replace")


def test_shellcheck_has_nothing_to_say():
    done = run(tool("shellcheck", "shellcheck"), *shell_scripts())
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", pages(), ids=str)
def test_mandoc_has_nothing_to_say(page):
    done = run(tool("mandoc", "mandoc"), "-T", "lint", "-W", "warning", page)
    assert done.returncode == 0, done.stdout + done.stderr


def test_python_files_compile():
    for path in files():
        if path.suffix == ".py" or re.match(r"#!.*python", head(path)):
            compile(text_of(path), str(path), "exec")
