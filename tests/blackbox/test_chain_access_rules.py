"""The access rules of accept-each."""

import os
import socket

import pytest
from support.awaiting import await_until
from support.chains import sh
from support.listening import DEADLINE, accept_each, exchange, serve  # noqa: F401  (fixtures)

ANSWER = sh('echo "in $WHO"')


@pytest.fixture
def ruled(accept_each, tmp_path):
    """ruled("127.:allow", …): a server with these rules; replace(…) gives it other ones."""
    path = tmp_path / "rules"

    def replace(*lines):
        path.with_suffix(".new").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        path.with_suffix(".new").rename(path)

    def start(*lines, options=()):
        replace(*lines)
        server = accept_each("-x", path, *options, *ANSWER)
        server.replace = replace
        return server

    return start


@pytest.mark.parametrize(
    "lines,source,answer",
    [
        ((), "127.0.0.1", b"in \n"),
        ((":deny",), "127.0.0.1", b""),
        (("# comment", "", "  ", "127.0.0.1:allow,WHO=me", ":deny"), "127.0.0.1", b"in me\n"),
        (("127.0.0.1:allow", ":deny"), "127.0.0.2", b""),
        (('127.0.0.:allow,A="x",WHO="a b, c=d"', ":deny"), "127.0.0.9", b"in a b, c=d\n"),
        (("127.0.0.:allow", ":deny"), "127.0.1.9", b""),
        (("127.:deny", "127.0.0.2:allow,WHO=/longest/"), "127.0.0.2", b"in longest\n"),
        (("127.0.0.2:allow,WHO=longest", "127.:deny"), "127.0.0.2", b"in longest\n"),
        (("127.0.0.5-7:deny",), "127.0.0.4", b"in \n"),
        (("127.0.0.5-7:deny",), "127.0.0.5", b""),
        (("127.0.0.5-7:deny",), "127.0.0.7", b""),
        (("127.0.0.5-7:deny",), "127.0.0.8", b"in \n"),
        (("127.0.1-3.:deny",), "127.0.2.200", b""),
        (("127.0.0.0/29:deny",), "127.0.0.7", b""),
        (("127.0.0.0/29:deny",), "127.0.0.8", b"in \n"),
        (("127.0.0.0/29:deny", "127.0.0.4/30:allow,WHO=30"), "127.0.0.5", b"in 30\n"),
        (("0.0.0.0/0:deny",), "127.0.0.1", b""),
        (("::/0:deny",), "127.0.0.1", b"in \n"),
        (("::ffff:127.0.0.3:deny",), "127.0.0.3", b""),
        (("uid/0:deny", "gid/0:deny"), "127.0.0.1", b"in \n"),
        (("127.0.0.1:allow,WHO=first", "127.0.0.1:deny"), "127.0.0.1", b"in first\n"),
    ],
    ids=str,
)
def test_who_may(ruled, lines, source, answer):
    assert (ruled(*lines).ask(source=source) or b"") == answer


def test_a_variable_of_a_rule_replaces_others(accept_each, tmp_path):
    (tmp_path / "rules").write_text(':allow,PATHS="own",TCPREMOTEIP="hidden"\n')
    server = accept_each("-x", "rules", *sh("env | grep -cE '^(PATHS|TCPREMOTEIP)='; echo $PATHS $TCPREMOTEIP"), environment={"PATHS": "inherited"})
    assert server.ask() == b"2\nown hidden\n"


def test_rules_of_users(serve, tmp_path):
    (tmp_path / "rules").write_text(f"uid/{os.geteuid()}:allow,WHO=user\ngid/{os.getegid()}:deny\n:deny\n")
    serve("unix-listen", "s", "accept-each", "-x", "rules", *ANSWER)
    path = str(tmp_path / "s")
    await_until(lambda: os.path.exists(path), DEADLINE)
    with socket.socket(socket.AF_UNIX) as one:
        await_until(lambda: one.connect_ex(path) == 0, DEADLINE)
        assert exchange(one) == b"in user\n"


def test_a_change_counts_from_the_next_connection(ruled, tmp_path):
    server = ruled(":allow,WHO=1")
    for number in range(2, 12):
        assert server.ask() == b"in %d\n" % (number - 1)
        if number % 2:
            server.replace(f":allow,WHO={number}")
        else:
            (tmp_path / "rules").write_text(f":allow,WHO={number}\n")


def test_wrong_rules_leave_those_before(ruled, tmp_path):
    server = ruled("127.0.0.1:allow,WHO=good", ":deny")
    server.replace(":allow", "127.0.0.300:deny")
    for _ in range(2):
        assert server.ask() == b"in good\n"
        assert not server.ask(source="127.0.0.2")
    assert server.said().count("rules:2: that is no address: the rules stay as they were\n") == 1
    (tmp_path / "rules").unlink()
    for _ in range(2):
        assert not server.ask(source="127.0.0.2")
    assert server.said().count("unable to read ") == 1
    server.replace(":allow,WHO=all")
    assert server.ask(source="127.0.0.2") == b"in all\n"


def test_denials_are_logged(ruled):
    server = ruled(":deny", options=("-v",))
    assert not server.ask()
    server.await_said("accept-each: deny :127.0.0.1:")
    assert server.said().endswith(" by the rules\n")


@pytest.mark.parametrize(
    "line,why",
    [
        ("127.0.0.1", "neither :allow nor :deny is in it"),
        ("127.0.0.1:permit", "neither :allow nor :deny is in it"),
        ("127.0.0:allow", "a part of an address ends in a dot"),
        ("127.0.0.1.:allow", "that is no address"),
        ("127.0.0.1.2:allow", "that is no address"),
        ("127.0.0.9-3:allow", "that is no range of numbers up to 255"),
        ("127.0.0.0/33:allow", "that is no length of a prefix"),
        ("127.0.0.1/8:allow", "the address has bits beyond its prefix"),
        ("2001:db8::1/32:allow", "the address has bits beyond its prefix"),
        ("fe80::1%lo:allow", "that is no address"),
        ("=example.org:allow", "names of hosts and users are not looked up"),
        ("uid/root:allow", "an id is a number"),
        (":allowed", "a comma must follow allow or deny"),
        (":allow,", "no variable follows the comma"),
        (":allow,X", 'a variable is NAME=value or NAME="value", with a comma between two'),
        (':allow,X="y', 'a variable is NAME=value or NAME="value", with a comma between two'),
        (':allow,X="y"z', 'a variable is NAME=value or NAME="value", with a comma between two'),
        (":allow" + ",A=1" * 33, "there are more than 32 variables"),
        (":allow,A=" + "1" * 2048, "the variables are longer than 2048 bytes"),
        (":deny\r", "the line ends in CR (DOS line ends)"),
    ],
    ids=lambda value: value[:30],
)
def test_wrong_lines(run, tmp_path, line, why):
    (tmp_path / "rules").write_bytes(b":allow\n# fine\n" + line.encode() + b"\n")
    done = run("tcp-listen", "127.0.0.1", 0, "accept-each", "-x", "rules", "true")
    assert (done.returncode, done.stderr.decode()) == (111, f"accept-each: fatal: rules:3: {why}\n")


def test_unreadable_rules(run, tmp_path):
    def told(name):
        done = run("tcp-listen", "127.0.0.1", 0, "accept-each", "-x", name, "true")
        assert done.returncode == 111
        return done.stderr.decode()

    assert told("none") == "accept-each: fatal: unable to read none: file does not exist\n"
    os.mkfifo(tmp_path / "fifo")
    assert told("fifo").startswith("accept-each: fatal: unable to read fifo: ")
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(5 * 1024 * 1024)
    assert told("huge").startswith("accept-each: fatal: unable to read huge: ")
