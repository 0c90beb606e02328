"""chpst: the same as runit's, side by side."""

import os
import re

import pytest
from support.chains import SYSTEM, sh
from support.paths import foreign_program, with_sanitizers

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
STATE = (
    "id -u; id -g; id -G; ulimit -a; /usr/bin/nice; tr '\\0' ' ' < /proc/$$/cmdline; echo; for fd in 0 1 2 3 4 5; do test -e /proc/$$/fd/$fd && echo $fd; done; "
    "env | grep -v -E '^(PATH|_|PWD|SHLVL|CHAINLOAD_NO_FUSE|GIDLIST)=' | LC_ALL=C sort; set -- $(cut -d' ' -f5,6 /proc/$$/stat); test $1 = $$ && echo leader; true"
)


@pytest.fixture
def as_runit(run):
    """Runs ours, fused and not, and runit's: output and exit code must be the same. Returns ours."""
    theirs = foreign_program("chpst", "runit")

    def compare(*words, texts=True, **options):
        expected = run(theirs, *words, path=SYSTEM, **options)
        for extra in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
            ours = run("chpst", *words, environment=extra, **options)
            assert (ours.returncode, ours.stdout) == (expected.returncode, expected.stdout)
            assert not texts or ours.stderr == expected.stderr
        return ours

    return compare


@pytest.mark.parametrize(
    "options",
    [
        [], ["-v"], ["-P"], ["-o", "77"], ["-o77", "-c", "0"], ["-d", "100000000"], ["-p", "4000"], ["-f", "40960"], ["-t", "100"], ["-o", "99999999"],
        ["-m", "200000000"], ["-n", "3"], ["-n", "+2"], ["-b", "another"], ["-e", "e"], ["-b", "x", "-e", "e", "-o", "50", "-n", "1", "-P"], ["-l", "lock"],
        ["-L", "lock"], ["-U", "root"], ["-U", "nobody:daemon"], ["-U", ":5:6"], ["-e", "e", "-U", "root"], ["-Pvo60"], ["--", ], ["-2"],
    ],
)  # fmt: skip
def test_options(as_runit, tmp_path, options):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "A").write_text("value \n")
    (tmp_path / "e" / "UID").write_text("4711")
    as_runit(*options, *sh(STATE))


@root_only
@pytest.mark.parametrize("account", ["nobody", "nobody:daemon", "nobody:daemon:sys", ":12:13", ":12:13:14", "root"])
def test_accounts(as_runit, account):
    as_runit("-u", account, "/usr/bin/id", cwd="/")


@root_only
def test_all_at_once_in_runits_order(as_runit, tmp_path):
    """The lock is opened, and limits set, by the new user; the niceness is changed before."""
    for name in ("e", "place"):
        (tmp_path / name).mkdir()
    (tmp_path / "e" / "A").write_text("x")
    tmp_path.chmod(0o755)
    (tmp_path / "place").chmod(0o777)
    as_runit("-2", "-o", "70", "-l", "/proc/self/cwd/lock", "-u", "nobody", "-U", "daemon", "-n", "-1", "-e", f"{tmp_path}/e", *sh("id -u; echo $UID $GID $A; /usr/bin/nice; ulimit -n; ls -ln lock | cut -d' ' -f3"), cwd=tmp_path / "place", texts=False)  # fmt: skip


@pytest.mark.skipif(with_sanitizers(), reason="a sanitizer needs /proc")
@root_only
def test_root_directory(as_runit, tmp_path):
    as_runit("-/", "/", *sh("pwd"))
    (tmp_path / "new").mkdir()
    done = as_runit("-/", "new", "/bin/sh", "-c", "true", texts=False)
    assert done.returncode == 111


@pytest.mark.parametrize(
    "words",
    [["-V"], ["-z", "true"], ["-u"], ["-o", "x", "true"], [], ["-o", "5"], ["-n", "x", "true"], ["-m", "", "true"], ["-u", "nosuch", "true"], ["-U", "nosuch", "true"],
     ["-e", "absent", "true"], ["-/", "absent", "true"], ["-l", "absent/lock", "true"], ["absent"], ["./e"], ["-b", "x", "absent"], ["-l", "lock", "-L", "lock", "true"]],
)  # fmt: skip
def test_refused(as_runit, tmp_path, words):
    (tmp_path / "e").mkdir()
    as_runit(*words, texts=False)


def test_it_halts_with_words(run):
    done = run("chpst", "-u", "nosuchaccount", "true")
    assert (done.returncode, done.stderr) == (111, b"chpst: fatal: unknown account nosuchaccount\n")
    assert re.match(rb"chpst: fatal: unable to run absent: file does not exist\n", run("chpst", "absent").stderr)


def test_closed_descriptors_and_a_chain(chain, tmp_path):
    seen = sh("for fd in 0 1 2; do test -e /proc/$$/fd/$fd && echo $fd >&7; done")
    chain("redirfd", "-w", "7", "out", "chpst", "-0", "-2", *seen)
    assert (tmp_path / "out").read_text() == "1\n"
    assert chain("chpst", "-o", "60", "chpst", "-b", "sh", "-o", "50", *sh("ulimit -n")).stdout == b"50\n"
    assert chain("chpst", "-l", "lock", "umask", "027", *sh("umask")).stdout == b"0027\n"
