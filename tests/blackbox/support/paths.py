"""Where the programs under test are, and which other programs this machine has."""

import os
import pathlib
import re
import shutil

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("REEVE_BIN", SOURCE / "build" / "bin")).resolve()
RECORDER = pathlib.Path(os.environ.get("REEVE_RECORDER", BIN.parent / "tests" / "recorder" / "recorder")).resolve()


def program(name):
    """One of ours, as a string for an argument list."""
    return str(BIN / name)


def configured(variable):
    """A value of the build's CMake cache; None for a tree that was not built by us."""
    cache = BIN.parent / "CMakeCache.txt"
    found = re.search(rf"^{variable}:\w+=(.*)", cache.read_text(encoding="utf-8"), re.MULTILINE) if cache.exists() else None
    return found[1] if found else None


def linked_with():
    """What the lean programs are linked with: musl, glibc or host, as the build was configured."""
    return configured("REEVE_LEAN_LIBC")


def with_sanitizers():
    return "-fsanitize" in (configured("CMAKE_CXX_FLAGS") or "")


def foreign_program(name, package):
    """Another project's program; skips the test, saying why, where it is absent."""
    for directory in ("/usr/bin", "/usr/sbin", "/bin", "/sbin"):
        found = shutil.which(name, path=directory)
        if found:
            return found
    pytest.skip(f"{name} is not installed (Debian package {package})")
