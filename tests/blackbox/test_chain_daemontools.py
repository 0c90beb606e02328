"""The odd corners of daemontools' programs, ours beside Debian's: same output, same texts, same exit code."""

import fcntl
import os

import pytest
from support.chains import sh

# Sorted, because the order of variables is nobody's promise; NUL and newline made visible.
SHOW = sh("env -0 | tr '\\n\\0' '~\\n' | grep -a -v -E '^(PATH|CHAINLOAD_NO_FUSE|PWD|_|SHLVL|OLDPWD)=' | LC_ALL=C sort")

FILES = {
    "plain": {"A": b"1\n"}, "no newline": {"A": b"1"}, "first line": {"A": b"1\n2\n3"}, "blanks at the end": {"A": b"1 \t \n"}, "blanks at the beginning": {"A": b" \t1\n"},
    "blanks only": {"A": b" \t \n"}, "newline only": {"A": b"\n"}, "newlines": {"A": b"\n\n\n"}, "empty": {"OLD": b""}, "empty one that is not set": {"A": b""},
    "a NUL": {"A": b"x\0y\n"}, "NULs only": {"A": b"\0\0\0"}, "NUL before a blank": {"A": b"x\0 \n"}, "NUL at the end": {"A": b"x \0\n"}, "NUL behind the newline": {"A": b"x\n\0"},
    "carriage return": {"A": b"x\r\n"}, "form feed": {"A": b"x\f\v\n"}, "bytes": {"A": bytes(range(1, 256)).replace(b"\n", b"")}, "high bytes at the end": {"A": b"x\xa0\xff\n"},
    "not UTF-8": {"A": b"\xff\xfe\n"}, "name in bytes": {b"\xff\x80": b"x"}, "name with a blank": {"A B": b"x"}, "name with a newline": {"A\nB": b"x"},
    "name with =": {"OLD=B": b"x"}, "name with two =": {"OLD=B=C": b"x"}, "name with = and nothing": {"OLD=B": b""}, "name that ends in =": {"OLD=": b"x"},
    "name that begins with =": {"=OLD": b"x"}, "name is =": {"=": b""}, "value with =": {"A": b"b=c"}, "old and new": {"OLD": b"new"}, "dots": {".A": b"x", "..B": b"y", "A.": b"z"},
    "4095 bytes": {"A": b"x" * 4095}, "4096 bytes": {"A": b"x" * 4096}, "4097 bytes and newline": {"A": b"x" * 4097 + b"\n"}, "1023 bytes and newline": {"A": b"x" * 1023 + b"\n"},
    "1024 bytes and newline": {"A": b"x" * 1024 + b"\ny"}, "1024 bytes": {"A": b"x" * 1024}, "blanks over the edge": {"A": b"x" + b" " * 1500 + b"\n"}, "100 kB": {"A": b"y" * 100_000},
    "100 kB of lines": {"A": b"y\n" * 50_000}, "NULs over the edge": {"A": b"\0" * 5000 + b"\nx"}, "large and small": {"A": b"x" * 70_000, "B": b"y", "C": b"z" * 70_000, "D": b""},
    "minus": {"-f": b"x"}, "many": {f"V{number}": str(number).encode() for number in range(200)},
}  # fmt: skip


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_envdir(as_daemontools, tmp_path, files):
    (tmp_path / "e").mkdir()
    for name, content in files.items():
        (tmp_path / "e" / os.fsdecode(name)).write_bytes(content)
    as_daemontools("envdir", "e", *SHOW, environment={"OLD": "before", "OTHER": "="})


def test_envdir_and_what_is_no_file(as_daemontools, tmp_path):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "A").symlink_to("../target")
    (tmp_path / "target").write_text("through a link\n")
    os.mkfifo(tmp_path / "e" / "OLD")  # nobody writes into it: empty
    as_daemontools("envdir", "e", *SHOW, environment={"OLD": "before"})
    (tmp_path / "e" / "Z").symlink_to("Z")
    as_daemontools("envdir", "e", "true")


def test_envdir_of_a_link_to_a_directory(as_daemontools, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "A").write_text("x")
    (tmp_path / "e").symlink_to("real")
    as_daemontools("envdir", "e", *SHOW)
    as_daemontools("envdir", "e/", *sh("pwd"))
    as_daemontools("envdir", "", "true")


def test_envdir_has_a_large_environment(as_daemontools, tmp_path):
    (tmp_path / "e").mkdir()
    for number in range(30):
        (tmp_path / "e" / f"V{number}").write_bytes(b"x" * 100_000)
    as_daemontools("envdir", "e", "/bin/true")


@pytest.mark.parametrize(
    "words",
    [
        ["-n", "l"], ["-x", "l"], ["-nx", "l"], ["-nX", "l"], ["-xX", "l"], ["-N", "l"], ["-nN", "absent/l"], ["-x", "absent/l"], ["-X", "absent/l"], ["absent/l"],
        ["."], ["-x", "."], ["-n", "readonly/l"], [""], ["-x", ""], ["--", "l"], ["l", "-x"],
    ],
)  # fmt: skip
def test_setlock(as_daemontools, tmp_path, words):
    as_daemontools("setlock", *words, *sh("echo ran; test -e l && stat -c '%a %s' l; exit 3"))


@pytest.mark.parametrize("options", [["-n"], ["-nx"], ["-nX"], ["-n", "-x"]])
def test_setlock_that_is_held(as_daemontools, tmp_path, options):
    with open(tmp_path / "l", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        as_daemontools("setlock", *options, "l", *sh("echo ran"))


def test_setlock_keeps_what_is_in_the_file(as_daemontools, tmp_path):
    (tmp_path / "l").write_text("content")
    (tmp_path / "l").chmod(0o640)
    as_daemontools("setlock", "l", *sh("stat -c '%a %s' l"))


@pytest.mark.parametrize("account", ["nobody:", ":", "no:such", "root ", " root", "Root", "x" * 300])
def test_accounts_that_are_none(as_daemontools, account):
    if account.startswith(":") or account == "no:such":
        as_daemontools("envuidgid", account, "true")
    elif account != "nobody:":
        as_daemontools("envuidgid", account, "true")
        as_daemontools("setuidgid", account, "true")


def test_an_account_with_a_control_character(run):
    """Here the messages differ: a log gets no control characters from ours."""
    done = run("setuidgid", "root\n", "true")
    assert (done.returncode, done.stderr) == (111, b"setuidgid: fatal: unknown account root?\n")


def test_envuidgid_replaces(as_daemontools):
    as_daemontools("envuidgid", "root", *SHOW, environment={"UID": "7", "GID": "8"})
    as_daemontools("envuidgid", "nobody", "envuidgid", "root", *SHOW)


@pytest.mark.parametrize(
    "options",
    [
        ["-o", "0"], ["-o0"], ["-c0", "-c", "="], ["-c", "=", "-c", "0"], ["-o", "10", "-o", "="], ["-m", "0"], ["-a", "1"], ["-t", "100"], ["-s", "18446744073709551615"],
        ["-o", " 5"], ["-o", "5 "], ["-o", "0x10"], ["-o", "=="], ["-aco", "1"], ["-"], ["--"], ["-o"],
    ],
)  # fmt: skip
def test_softlimit(as_daemontools, options):
    as_daemontools("softlimit", *options, "/bin/true")


def test_pgrphack_twice(as_daemontools):
    as_daemontools("pgrphack", "pgrphack", *sh("set -- $(cut -d' ' -f5,6 /proc/$$/stat); test $1 = $$ || test $1 = $2 && echo leader"))


@pytest.mark.parametrize("text", ["exit 255", "kill -TERM $$", "exec >&- 2>&-; exit 9", "ls /proc/$$/fd | wc -l > count; exit 0"])
def test_fghack(as_daemontools, tmp_path, text):
    as_daemontools("fghack", *sh(text))
