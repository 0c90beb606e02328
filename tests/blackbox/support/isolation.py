"""What the tests of isolation share: who is nobody, where he may write, and what this machine lets be done."""

import functools
import os
import pwd
import re
import shutil
import subprocess
import tempfile

import pytest
from support import sanitizers
from support.paths import program

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
AS_NOBODY = ("setuidgid", "nobody")


@functools.cache
def refusal(*command):
    """Why this machine does not let a chain be done that does nothing; "" if it does."""
    environment = {"PATH": f"{os.path.dirname(program('chainload'))}:/usr/bin:/bin", **sanitizers.options()}
    done = subprocess.run([program(command[0]), *command[1:], "true"], env=environment, capture_output=True, timeout=30, check=False)
    said = re.sub(r"^==\d+==", "", done.stderr.decode().strip())  # a sanitizer's pid
    return "" if done.returncode == 0 else said or f"exit code {done.returncode}"


def skip_unless(*command):
    """Skips a test where the kernel, or the container it runs in, forbids what the chain does."""
    if why := refusal(*command):
        pytest.skip(f"not here: {why}")


@pytest.fixture
def open_place():
    """A directory that everybody can reach and write to, with a directory and a file in it."""
    place = tempfile.mkdtemp(prefix="reeve-test-", dir="/var/tmp")
    nobody = pwd.getpwnam("nobody")
    try:
        os.chmod(place, 0o777)
        for path in ("inner", "other"):
            os.mkdir(f"{place}/{path}")
            os.chmod(f"{place}/{path}", 0o777)
        for path in ("file", "inner/file"):
            with open(f"{place}/{path}", "w", encoding="ascii") as file:
                file.write("secret\n")
            os.chmod(f"{place}/{path}", 0o666)
            if os.geteuid() == 0:
                os.chown(f"{place}/{path}", nobody.pw_uid, nobody.pw_gid)
        yield place
    finally:
        shutil.rmtree(place)
