"""Where the programs under test are, and which other programs this machine has."""

import os
import pathlib
import shutil

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("REEVE_BIN", SOURCE / "build" / "bin")).resolve()
RECORDER = pathlib.Path(os.environ.get("REEVE_RECORDER", BIN.parent / "tests" / "recorder" / "recorder")).resolve()


def program(name):
    """One of ours, as a string for an argument list."""
    return str(BIN / name)


def foreign_program(name, package):
    """Another project's program; skips the test, saying why, where it is absent."""
    for directory in ("/usr/bin", "/usr/sbin", "/bin", "/sbin"):
        found = shutil.which(name, path=directory)
        if found:
            return found
    pytest.skip(f"{name} is not installed (Debian package {package})")
