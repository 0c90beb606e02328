"""envfile: the rules of systemd's EnvironmentFile=, one by one."""

import os

import pytest

ENV = ("/usr/bin/env", "-0")


def short(value):
    return repr(value)[:40] if isinstance(value, bytes) else ""


def variables(done):
    assert done.returncode == 0, done.stderr
    pairs = (entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if b"=" in entry)
    return {name.decode(): value for name, value in pairs if name != b"PATH"}


@pytest.fixture
def read(chain, tmp_path):
    """read(b"A=1\\n"): what is then in the environment besides PATH, and what was said."""

    def with_content(content):
        (tmp_path / "file").write_bytes(content)
        fuse = "CHAINLOAD_NO_FUSE"  # only one of the two ways has it
        done = chain("emptyenv", "-p", "-k", fuse, "envfile", "file", "unexport", fuse, *ENV)
        return variables(done), done.stderr.decode()

    return with_content


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", {}), (b"A=1\n", {"A": b"1"}), (b"A=1", {"A": b"1"}), (b"A=\n", {"A": b""}), (b"A=", {"A": b""}),
        (b"A=1\nB=2\nA=3\n", {"A": b"3", "B": b"2"}), (b"\n\n  A = b c \t\n", {"A": b"b c"}), (b"A=b=c\n", {"A": b"b=c"}),
        # Comments: # and ; as the first character that is no blank, and nowhere else.
        (b"# A=1\n; B=2\n  # C=3\nD=4 # no comment\nE=;x\n", {"D": b"4 # no comment", "E": b";x"}),
        (b"# a backslash continues no comment \\\nA=1\n", {"A": b"1"}),
        # Single quotes: all as it is.
        (b"A='b  \\n $x \" c'\n", {"A": b"b  \\n $x \" c"}), (b"A='one\ntwo'\nB=2\n", {"A": b"one\ntwo", "B": b"2"}), (b"A=' b '  \n", {"A": b" b "}),
        # Double quotes: four characters and the newline can be escaped.
        (b'A="b \\" \\\\ \\` \\$ c"\n', {"A": b'b " \\ ` $ c'}), (b'A="\\n \\a"\n', {"A": b"\\n \\a"}), (b'A="one\\\ntwo\nthree"\n', {"A": b"onetwo\nthree"}),
        # Quoted parts may follow each other, and what is plain ends them.
        (b"A='b'\"c\" 'd'\n", {"A": b"bcd"}), (b"A='b ' c 'd'\n", {"A": b"b c 'd'"}), (b"A=b'c'\"d\"\n", {"A": b"b'c'\"d\""}), (b"A=it's\n", {"A": b"it's"}),
        # Plain: a backslash takes the next character as it is, or joins lines.
        (b"A=b\\\nc\n", {"A": b"bc"}), (b"A=b \\\n  c\n", {"A": b"b   c"}), (b"A=\\ b\\ \n", {"A": b" b "}), (b"A=\\'b\\'\n", {"A": b"'b'"}), (b"A=b\\\\c\\nd\n", {"A": b"b\\cnd"}),
        (b"A=\\\nb\n", {"A": b"b"}), (b"A=b \\", {"A": b"b "}), (b"A=b  ", {"A": b"b"}),
        # Windows: CR ends a line as NL does.
        (b"A=1\r\nB='2'\r\n\r\nC=3\r\n", {"A": b"1", "B": b"2", "C": b"3"}), (b"A=1\rB=2", {"A": b"1", "B": b"2"}),
        (b"A=\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82 \x01\x1b\n", {"A": "ä€🙂 \x01\x1b".encode()}), (b"_a1=$HOME ${B}\n", {"_a1": b"$HOME ${B}"}),
        (b"A=" + b"x" * 100_000 + b"\nB=" + b"y" * 5000 + b"\n", {"A": b"x" * 100_000, "B": b"y" * 5000}),
    ],
    ids=short,
)  # fmt: skip
def test_a_file(read, content, expected):
    assert read(content) == (expected, "")


@pytest.mark.parametrize(
    ("content", "expected", "line", "complaint"),
    [
        (b"A=1\nexport B\nC=3\n", {"A": b"1", "C": b"3"}, 2, "no = in the line"), (b"A=1\n\nexport B=2\nC=3\n", {"A": b"1", "C": b"3"}, 3, "no name of a variable before the ="),
        (b"1A=x\nB=2\n", {"B": b"2"}, 1, "no name of a variable before the ="), (b"=x\nB=2\n", {"B": b"2"}, 1, "no = in the line"),
        (b"='x\nB=2'\n", {"B": b"2'"}, 1, "no = in the line"), (b"a.b=1\n", {}, 1, "no name of a variable before the ="), (b"\xef\xbb\xbfA=1\n", {}, 1, "no name of a variable before the ="),
        (b"\xc3\xa4=1\n", {}, 1, "no name of a variable before the ="), (b"A='b\nc\n", {"A": b"b\nc\n"}, 1, "a quote that is not closed"),
        (b'B=1\nA="b\\', {"A": b"b", "B": b"1"}, 2, "a quote that is not closed"), (b"A B=1\n", {}, 1, "no name of a variable before the ="),
        (b"A='\n\n'\nB\n", {"A": b"\n\n"}, 4, "no = in the line"),
    ],
    ids=short,
)  # fmt: skip
def test_what_is_ignored_is_said(read, chain, tmp_path, content, expected, line, complaint):
    assert read(content) == (expected, f"envfile: warning: file:{line}: {complaint}\n")
    done = chain("envfile", "-f", "file", "true")
    assert (done.returncode, done.stderr.decode()) == (111, f"envfile: fatal: file:{line}: {complaint}\n")


@pytest.mark.parametrize(
    ("content", "line", "complaint"),
    [
        (b"A=1\nB=\xff\n", 2, "not UTF-8"), (b"A=\xc3\n", 1, "not UTF-8"), (b"A=\xed\xa0\x80\n", 1, "not UTF-8"), (b"A=\xc0\x80\n", 1, "not UTF-8"), (b"A=\xf4\x90\x80\x80", 1, "not UTF-8"),
        (b"A=\xef\xbf\xbf\n", 1, "not UTF-8"), (b"A=\xef\xb7\x90\n", 1, "not UTF-8"), (b"A=\xe2\x82", 1, "not UTF-8"), (b"\xff=1\n", 1, "not UTF-8"),
        (b"A=1\0\n", 1, "a NUL byte"), (b"A=1\n# \0\nB=2\n", 3, "a NUL byte"), (b"A=1\n#\0", 2, "a NUL byte"), (b"\0", 1, "a NUL byte"), (b"A='\0'", 1, "a NUL byte"),
    ],
    ids=short,
)  # fmt: skip
def test_what_systemd_does_not_load(chain, tmp_path, content, line, complaint):
    (tmp_path / "file").write_bytes(content)
    done = chain("envfile", "file", "true")
    assert (done.returncode, done.stderr.decode()) == (111, f"envfile: fatal: file:{line}: {complaint}\n")


def test_a_file_that_is_not_there(chain):
    done = chain("envfile", "absent", "true")
    assert (done.returncode, done.stderr) == (111, b"envfile: fatal: unable to open absent: file does not exist\n")
    assert chain("envfile", "-absent", "true").returncode == 0
    assert chain("envfile", "-f", "-/nowhere/absent", "true").returncode == 0
    assert chain("envfile", "-I", "absent", "true").returncode == 0
    done = chain("envfile", "-/proc", "true")
    assert (done.returncode, done.stderr) == (111, b"envfile: fatal: unable to read /proc: is a directory\n")


def test_usage(chain):
    for words in ([], ["file"], ["-f"], ["-I", "file"]):
        assert chain("envfile", *words).returncode == 100


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_a_file_that_may_not_be_read(run, tmp_path):
    (tmp_path / "file").write_text("A=1\n")
    (tmp_path / "file").chmod(0o600)
    with open(tmp_path / "file", "rb") as file:
        try:
            rights = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
            done = run("envfile", "-/etc/shadow", "true", **rights)
            assert (done.returncode, done.stderr) == (111, b"envfile: fatal: unable to open /etc/shadow: access denied\n")
            # Root opens it for a child that could not.
            assert b"A=1" in run("envfile", "/dev/stdin", "env", stdin=file).stdout
        except PermissionError:
            pytest.skip("the programs under test are where only root can reach them")


def test_the_program_is_looked_for_in_the_path_of_the_file(chain, tmp_path):
    (tmp_path / "special").write_text("#!/bin/sh\necho found\n")
    (tmp_path / "special").chmod(0o755)
    (tmp_path / "file").write_text(f"PATH={tmp_path}\n")
    assert chain("envfile", "file", "special").stdout == b"found\n"


def test_a_pipe_and_a_large_file(run, tmp_path):
    (tmp_path / "file").write_bytes(b"# " + b"x" * 3_000_000 + b"\nA=1\n")
    assert b"A=1\n" in run("envfile", "file", "env").stdout
    (tmp_path / "file").write_bytes(b"#" * 17_000_000)
    assert run("envfile", "file", "true").returncode == 111
    assert b"A=2\n" in run("envfile", "/dev/stdin", "env", input=b"A=2\n").stdout
