"""Runs chains of helpers: each exec'd link by link and fused, and those of daemontools beside Debian's programs."""

import os
import subprocess

import pytest
from support.paths import BIN, foreign_program

SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.fixture
def run(bin_dir, nursery, tmp_path):
    """run("umask", "022", …): the finished process."""

    def start(*command, environment=None, path=f"{BIN}:{SYSTEM}", cwd=tmp_path, **options):
        where = os.path.dirname(command[0]) or str(BIN)
        return subprocess.run(
            [f"{where}/{os.path.basename(command[0])}", *map(str, command[1:])],
            cwd=cwd,
            env={**nursery.environment, "PATH": path, **(environment or {})},
            capture_output=True,
            timeout=30,
            check=False,
            **options,
        )

    return start


@pytest.fixture
def chain(run):
    """Runs a chain fused and not, which must be the same; returns one of the results."""

    def both_ways(*command, environment=None, **options):
        fused = run(*command, environment=environment, **options)
        apart = run(*command, environment={"CHAINLOAD_NO_FUSE": "1", **(environment or {})}, **options)
        outcome = [(one.returncode, one.stdout.replace(b"CHAINLOAD_NO_FUSE=1\n", b""), one.stderr) for one in (fused, apart)]
        assert outcome[0] == outcome[1]
        return fused

    return both_ways


@pytest.fixture
def as_daemontools(run):
    """Runs ours, fused and not, and Debian's programs, found by PATH: all must say the same. Returns ours."""

    def compare(*command, environment=None, **options):
        foreign_program(command[0], "daemontools")
        theirs = run(f"/usr/bin/{command[0]}", *command[1:], environment=environment, path=SYSTEM, **options)
        for extra in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
            ours = run(*command, environment={**extra, **(environment or {})}, **options)
            assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
        return ours

    return compare


def sh(text):
    return ("/bin/sh", "-c", text)
