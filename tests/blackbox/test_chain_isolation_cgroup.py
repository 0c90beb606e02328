"""chainload-isolation(1): cgroup-enter, seen in /proc/self/cgroup; as root and as nobody with a group of his own."""

import os
import pathlib
import pwd
import re
import uuid

import pytest
from support.awaiting import await_until
from support.chains import sh
from support.isolation import AS_NOBODY, root_only

SHOW = sh("grep ^0:: /proc/self/cgroup")


def hierarchy():
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        found = re.search(r"^\S+ \S+ \S+ (\S+) (\S+) .* - cgroup2 ", file.read(), re.MULTILINE)
    return pathlib.Path(found[2]) if found and found[1] == "/" else None


def remove(group):
    for path in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True):
        await_until(lambda path=path: removed(path), what=f"an empty {path}")
    await_until(lambda: removed(group), what=f"an empty {group}")


def removed(group):
    try:
        group.rmdir()
    except OSError:
        pass
    return not group.exists()


@pytest.fixture
def group():
    """A new group of the test's: (its path for the helper, its directory)."""
    top = hierarchy()
    if top is None:
        pytest.skip("no cgroup version 2 hierarchy is mounted here")
    name = f"reeve-test-{uuid.uuid4().hex}"
    try:
        (top / name).mkdir()
    except OSError as why:
        pytest.skip(f"no cgroup can be made here: {why}")
    yield f"/{name}", top / name
    remove(top / name)


@root_only
def test_entering(chain, group):
    path, directory = group
    assert chain("cgroup-enter", path, *SHOW).stdout == f"0::{path}\n".encode()
    (directory / "a").mkdir()
    for way in (f"{path}/a", f"{path}//a/", f"{path}/./a"):
        assert chain("cgroup-enter", way, "umask", "022", *SHOW).stdout == f"0::{path}/a\n".encode()


@root_only
def test_making_and_values(chain, group):
    path, directory = group
    show = sh(f"grep ^0:: /proc/self/cgroup; cat {directory}/a/b/cgroup.max.depth {directory}/a/b/cgroup.max.descendants")
    done = chain("cgroup-enter", "-c", f"{path}/a/b", "cgroup.max.depth=3", "cgroup.max.descendants=4", "umask", "022", *show)
    assert done.stdout == f"0::{path}/a/b\n3\n4\n".encode(), done.stderr
    assert chain("cgroup-enter", "-c", f"{path}/a/b", *SHOW).returncode == 0  # it is there already


@root_only
def test_below_the_own_group(chain, group):
    path, _ = group
    assert chain("cgroup-enter", "-c", f"{path}/a", "cgroup-enter", "-c", "b/c", *SHOW).stdout == f"0::{path}/a/b/c\n".encode()


@root_only
@pytest.mark.parametrize("way", ["{0}/..", "{0}/../..", "..", "../x", "{0}/a/../../x", "/.."])
def test_there_is_no_way_up(chain, group, way):
    path, directory = group
    done = chain("cgroup-enter", "-c", way.format(path), *SHOW)
    assert done.returncode == 100 and done.stderr.startswith(b"cgroup-enter: .. has no place in PATH\n")
    assert not (directory.parent / "x").exists() and not (directory / "a").exists()


@root_only
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["{0}/absent"], "open cgroup {0}/absent: file does not exist"),
        (["{0}/cgroup.procs"], "open cgroup {0}/cgroup.procs: not a directory"),
        (["-c", "{0}/cgroup.procs/x"], "open cgroup {0}/cgroup.procs/x: not a directory"),
        (["{0}", "cgroup.max.depth=deep"], "set cgroup.max.depth=deep for {0}: invalid argument"),
        (["{0}", "cgroup.nothing=1"], "set cgroup.nothing=1 for {0}: file does not exist"),
        (["-c", "{0}", "cgroup.nothing=1"], "set cgroup.nothing=1 for {0}: file does not exist"),
        (["{0}", "cgroup.events=1"], "set cgroup.events=1 for {0}: "),
    ],
)
def test_what_cannot_be_done(chain, group, words, reason):
    path, directory = group
    done = chain("cgroup-enter", *(word.format(path) for word in words), *SHOW)
    assert (done.returncode, done.stdout) == (111, b"")
    assert done.stderr.startswith(f"cgroup-enter: fatal: unable to {reason.format(path)}".encode())
    assert not [path for path in directory.iterdir() if path.is_dir()]


@root_only
def test_a_word_that_is_no_file_of_a_cgroup_is_the_program(chain, group):
    path, _ = group
    for program in ("./a.b=c", "A=b", ".x=y", "../memory.max=1"):
        done = chain("cgroup-enter", path, program)
        assert (done.returncode, done.stderr) == (127, f"cgroup-enter: fatal: unable to run {program}: file does not exist\n".encode())


@root_only
def test_an_ordinary_user(chain, group):
    path, directory = group
    done = chain(*AS_NOBODY, "cgroup-enter", path, *SHOW)
    assert (done.returncode, done.stderr) == (111, f"cgroup-enter: fatal: unable to enter cgroup {path}: access denied\n".encode())
    done = chain(*AS_NOBODY, "cgroup-enter", "-c", f"{path}/mine", *SHOW)
    assert (done.returncode, done.stderr) == (111, f"cgroup-enter: fatal: unable to make cgroup {path}/mine: access denied\n".encode())
    # With a part of the hierarchy that is his, from within it.
    nobody = pwd.getpwnam("nobody")
    for one in (directory, directory / "cgroup.procs", directory / "cgroup.subtree_control"):
        os.chown(one, nobody.pw_uid, nobody.pw_gid)
    done = chain("cgroup-enter", path, *AS_NOBODY, "cgroup-enter", "-c", "mine/x", "cgroup.max.depth=2", *SHOW)
    assert done.stdout == f"0::{path}/mine/x\n".encode(), done.stderr


@pytest.mark.parametrize("words", [[], ["/x"], ["-c", "/x"], ["", "true"], ["-z", "/x", "true"], ["/x", "memory.max=1"]])
def test_wrong_usage(chain, words):
    done = chain("cgroup-enter", *words)
    assert done.returncode == 100 and b"cgroup-enter: usage: cgroup-enter " in done.stderr
