"""The files that belong to the project: what git knows, or all that is there where there is no git."""

import functools
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ("chainload", "supervise", "svscan", "depengine", "tools")


@functools.cache
def files():
    try:
        listed = subprocess.run(["git", "-C", str(TOP), "ls-files", "-z"], capture_output=True, check=True).stdout
        names = [name for name in listed.decode().split("\0") if name]
    except (FileNotFoundError, subprocess.CalledProcessError):
        names = [
            str(path.relative_to(TOP))
            for path in TOP.rglob("*")
            if path.is_file() and not path.relative_to(TOP).parts[0].startswith((".git", "build")) and "__pycache__" not in path.parts
        ]
    return [pathlib.Path(name) for name in sorted(names) if (TOP / name).is_file()]


def sources(*rooms):
    """C++ files, of these rooms or of all."""
    return [path for path in files() if path.suffix in (".hpp", ".cpp") and (not rooms or path.parts[0] in rooms)]


def text_of(path):
    return (TOP / path).read_text(encoding="utf-8")


def pages():
    """Manual pages: NAME.SECTION beside the programs."""
    return [path for path in files() if path.suffix in (".1", ".5", ".7", ".8") and path.parts[0] in ROOMS]
