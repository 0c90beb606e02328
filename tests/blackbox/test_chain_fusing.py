"""What a fused chain may not get wrong: rights that change on the way, and what the search for the next link costs."""

import os
import re
import shutil
import subprocess
import tempfile

import pytest
from support.chains import SYSTEM
from support.paths import BIN, foreign_program, linked_with, program

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


@pytest.fixture
def own_copy():
    """A directory that all can reach, with a copy of chainload and the links to it."""
    with tempfile.TemporaryDirectory(prefix="reeve-test-") as place:
        os.chmod(place, 0o755)
        shutil.copy(program("chainload"), f"{place}/chainload")
        for name in ("export", "setuidgid", "umask"):
            os.symlink("chainload", f"{place}/{name}")
        yield place


def outcome(nursery, place, *command, fused=True):
    done = subprocess.run(
        command,
        cwd="/",
        env={**nursery.environment, "PATH": f"{place}:{SYSTEM}", **({} if fused else {"CHAINLOAD_NO_FUSE": "1"})},
        capture_output=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@root_only
@pytest.mark.parametrize(("mode", "runs"), [(0o755, True), (0o700, False), (0o744, False), (0o711, True)])
def test_who_may_exec_it_is_asked_again_when_rights_change(nursery, own_copy, mode, runs):
    """Root's first links are fused with each other; nobody's next one is only if nobody could exec it."""
    os.chmod(f"{own_copy}/chainload", mode)
    chain = [f"{own_copy}/export", "A", "b", "export", "C", "d", "setuidgid", "nobody", "umask", "027", "/bin/sh", "-c", "umask; echo $A$C"]
    expected = (0, "0027\nbd\n", "") if runs else (111, "", "setuidgid: fatal: unable to run umask: access denied\n")
    assert outcome(nursery, own_copy, *chain) == outcome(nursery, own_copy, *chain, fused=False) == expected


@root_only
def test_a_directory_that_is_closed_to_the_new_user(nursery, own_copy):
    os.chmod(own_copy, 0o700)
    chain = [f"{own_copy}/setuidgid", "nobody", f"{own_copy}/umask", "022", "/bin/true"]
    expected = (111, "", f"setuidgid: fatal: unable to run {own_copy}/umask: access denied\n")
    assert outcome(nursery, own_copy, *chain) == outcome(nursery, own_copy, *chain, fused=False) == expected


def test_no_exec_is_tried_where_a_helper_is_not(nursery, tmp_path):
    trace = tmp_path / "trace"
    path = f"/nowhere/a:/nowhere/b:{tmp_path}:{BIN}:{SYSTEM}"
    subprocess.run(
        [foreign_program("strace", "strace"), "-f", "-e", "trace=execve", "-o", trace, program("umask"), "022", "export", "A", "b", "umask", "027", "/bin/true"],
        env={**nursery.environment, "PATH": path},
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert len(re.findall(r"execve\(", trace.read_text())) == 2


@pytest.mark.skipif(linked_with() == "host", reason="the calls of a dynamic loader and of a sanitizer are in between")
def test_the_second_question_is_saved(nursery, tmp_path):
    """The same file on the same mount, rights unchanged: one system call tells that the next link is ours."""
    trace = tmp_path / "trace"
    links = [word for number in range(20) for word in (program("export"), f"V{number}", "x")]
    subprocess.run(
        [foreign_program("strace", "strace"), "-o", trace, *links, "/bin/true"], env=nursery.environment, capture_output=True, timeout=30, check=False
    )
    text = trace.read_text()
    if "faccessat2" not in text or "STATX_MNT_ID" not in text:
        pytest.skip("this strace or this kernel does not know these calls")
    first_exec, _, rest = text.partition("\n")
    ours = rest[: rest.index("execve(")]
    assert ours.count("faccessat2(") == 1 and ours.count("statx(") == 20 and "mmap" not in ours
