"""tcp-listen, udp-bind, unix-listen, fifo-open: what the program is given, and what is refused."""

import os
import socket
import stat
import sys

import pytest
from support.chains import sh

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")

# Tells of the listening descriptors as a program sees them.
SHOW = """
import os, socket
assert os.environ["LISTEN_PID"] == str(os.getpid())
names = os.environ["LISTEN_FDNAMES"].split(":")
assert len(names) == int(os.environ["LISTEN_FDS"])
for fd, name in enumerate(names, 3):
    assert os.get_inheritable(fd)
    target = os.readlink(f"/proc/self/fd/{fd}")
    if not target.startswith("socket:"):
        print(name, target)
        continue
    one = socket.socket(fileno=fd)
    print(name, one.family.name, one.type.name, one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), one.getsockname())
extra = [fd for fd in os.listdir("/proc/self/fd") if int(fd) >= 3 + len(names)]
assert len(extra) <= 1, extra  # that of the listing itself
"""
show = (sys.executable, "-c", SHOW)
# Prints options of the first listening descriptor: what(level, option).
OPTIONS = "import socket, sys; s = socket.socket(fileno=3); print(*(s.getsockopt(int(a), int(b)) for a, b in zip(sys.argv[1::2], sys.argv[2::2])))"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
        return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")


def said(done):
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def refusal(done, code=111):
    assert done.returncode == code and done.stdout == b""
    return done.stderr.decode()


# TCP and UDP


def test_tcp(run):
    for environment in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
        words = said(run("tcp-listen", "127.0.0.1", 0, *show, environment=environment)).split()
        assert words[:4] == ["tcp", "AF_INET", "SOCK_STREAM", "1"] and words[4] == "('127.0.0.1',"


@pytest.mark.parametrize("address,bound", [("0", "0.0.0.0"), ("0.0.0.0", "0.0.0.0"), ("localhost", "127.0.0.1"), ("127.0.0.2", "127.0.0.2")])
def test_addresses(run, address, bound):
    assert f"'{bound}'" in said(run("tcp-listen", address, 0, *show))


@needs_ipv6
@pytest.mark.parametrize("address,bound", [("::1", "::1"), ("[::1]", "::1"), ("::", "::"), ("*", "::")])
def test_ipv6_addresses(run, address, bound):
    assert f"AF_INET6 SOCK_STREAM 1 ('{bound}'" in said(run("tcp-listen", address, 0, *show))


@needs_ipv6
def test_both_protocols_or_one(run):
    only = (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    assert said(run("tcp-listen", "::", 0, sys.executable, "-c", OPTIONS, *only)).strip() == "0"
    assert said(run("tcp-listen", "-6", "::", 0, sys.executable, "-c", OPTIONS, *only)).strip() == "1"


def test_udp(run):
    words = said(run("udp-bind", "-n", "dns", "127.0.0.1", 0, *show)).split()
    assert words[:4] == ["dns", "AF_INET", "SOCK_DGRAM", "0"]


def test_socket_options(run):
    asked = (
        *(socket.SOL_SOCKET, socket.SO_REUSEADDR),
        *(socket.SOL_SOCKET, socket.SO_REUSEPORT),
        *(socket.SOL_IP, 15),  # IP_FREEBIND
        *(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        *(socket.IPPROTO_TCP, socket.TCP_NODELAY),
    )
    assert said(run("tcp-listen", "127.0.0.1", 0, sys.executable, "-c", OPTIONS, *asked)).strip() == "1 0 0 0 0"
    assert said(run("tcp-listen", "-rF", "-kD", "127.0.0.1", 0, sys.executable, "-c", OPTIONS, *asked)).strip() == "1 1 1 1 1"
    assert said(run("udp-bind", "-B", "127.0.0.1", 0, sys.executable, "-c", OPTIONS, socket.SOL_SOCKET, socket.SO_BROADCAST)).strip() == "1"


def test_freebind(run):
    assert "access" not in refusal(run("tcp-listen", "192.0.2.1", 0, "true"))
    assert "'192.0.2.1'" in said(run("tcp-listen", "-F", "192.0.2.1", 0, *show))


def test_a_shared_port(run):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"unable to bind 127.0.0.1 {port}: address already used" in refusal(run("tcp-listen", "127.0.0.1", port, "true"))
        assert str(port) in said(run("tcp-listen", "-r", "127.0.0.1", port, *show))


@root_only
def test_port_by_name(run):
    assert ", 7)" in said(run("udp-bind", "-r", "127.0.0.77", "echo", *show))


def test_what_is_no_address_or_port(run):
    assert refusal(run("tcp-listen", "example.org", 80, "true")) == "tcp-listen: fatal: not an IP address: example.org\n"
    assert refusal(run("tcp-listen", "127.0.0.1", "no-such", "true")) == "tcp-listen: fatal: no port of tcp: no-such\n"
    assert refusal(run("udp-bind", "127.0.0.1", 65536, "true")) == "udp-bind: fatal: no port of udp: 65536\n"
    assert "not an IP address" in refusal(run("tcp-listen", "fe80::1%nonesuch", 80, "true"))
    assert "not an IP address" in refusal(run("tcp-listen", "1.2.3", 80, "true"))


@pytest.mark.parametrize(
    "command",
    [
        ("tcp-listen", "127.0.0.1", "0"),
        ("tcp-listen", "-B", "127.0.0.1", "0", "true"),
        ("tcp-listen", "-b", "x", "127.0.0.1", "0", "true"),
        ("tcp-listen", "-n", "a:b", "127.0.0.1", "0", "true"),
        ("udp-bind", "-b", "1", "127.0.0.1", "0", "true"),
        ("unix-listen", "s"),
        ("unix-listen", "-t", "raw", "s", "true"),
        ("unix-listen", "-m", "888", "s", "true"),
        ("unix-listen", "-m", "1777", "s", "true"),
        ("fifo-open", "-n", "", "f", "true"),
        ("fifo-open", "f"),
    ],
    ids=" ".join,
)
def test_wrong_usage(chain, tmp_path, command):
    assert f"usage: {command[0]} " in refusal(chain(*command), 100)
    assert not list(tmp_path.iterdir())


@root_only
def test_a_low_port_needs_rights(chain):
    done = chain("setuidgid", "nobody", "tcp-listen", "127.0.0.1", 1, "true")
    if done.returncode == 0:
        pytest.skip("ordinary users may bind low ports here (ip_unprivileged_port_start)")
    assert refusal(done) == "tcp-listen: fatal: unable to bind 127.0.0.1 1: access denied\n"


# Several of them


def test_several_add_up(run, tmp_path):
    chain_of_four = ("tcp-listen", "-n", "web", "127.0.0.1", 0, "udp-bind", "127.0.0.1", 0, "unix-listen", "s", "fifo-open", "-n", "cmd", "f")
    for environment in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
        lines = said(run(*chain_of_four, *show, environment=environment)).splitlines()
        assert [line.split()[0] for line in lines] == ["web", "udp", "unix", "cmd"]
        assert lines[3] == f"cmd {tmp_path}/f"


def test_what_is_meant_for_another_process_is_ignored(run):
    stale = {"LISTEN_PID": "1", "LISTEN_FDS": "7", "LISTEN_FDNAMES": "x:y"}
    assert said(run("udp-bind", "127.0.0.1", 0, *show, environment=stale)).startswith("udp ")


def in_shell(script, *words):
    return ("/bin/sh", "-c", script, "sh", *map(str, words))


def test_they_come_after_those_that_are_there(run):
    given = 'exec env LISTEN_PID=$$ LISTEN_FDS=2 "$@" 3</dev/null 4</dev/null'
    lines = said(run("cd", ".", *in_shell(given, "tcp-listen", "127.0.0.1", 0, *show))).splitlines()
    assert lines[:2] == ["unknown /dev/null"] * 2 and lines[2].startswith("tcp AF_INET")


def test_a_taken_descriptor_is_named(run, tmp_path):
    done = run("cd", ".", *in_shell('exec "$@" 3</dev/null', "unix-listen", "s", "true"))
    assert refusal(done) == "unix-listen: fatal: descriptor 3, whose turn it is, is taken by /dev/null (see fdmove)\n"
    assert not (tmp_path / "s").exists()


def test_a_count_that_is_none(run):
    done = run("cd", ".", *in_shell('export LISTEN_PID=$$ LISTEN_FDS=many; exec "$@"', "udp-bind", "127.0.0.1", 0, "true"))
    assert "LISTEN_FDS is not a number" in refusal(done)


# Unix sockets


@pytest.mark.parametrize("kind,listening", [("stream", 1), ("dgram", 0), ("seqpacket", 1)])
def test_unix_types(run, kind, listening):
    assert f"unix AF_UNIX SOCK_{kind.upper()} {listening} s\n" == said(run("unix-listen", "-t", kind, "s", *show))


def test_abstract(run, tmp_path):
    name = f"reeve-{tmp_path.name}-{os.getpid()}"
    assert f"b'\\x00{name}'" in said(run("unix-listen", f"@{name}", *show))
    assert not list(tmp_path.iterdir())
    assert "neither mode nor owner" in refusal(run("unix-listen", "-m", "600", f"@{name}", "true"))


def test_unix_mode_is_of_the_umask_or_as_asked(run, tmp_path):
    said(run("umask", "027", "unix-listen", "plain", "unix-listen", "-m", "666", "open", *sh("test `umask` = 0027")))
    assert stat.S_IMODE((tmp_path / "plain").stat().st_mode) == 0o750
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o666


@root_only
def test_unix_owner(run, tmp_path):
    said(run("unix-listen", "-m", "620", "-o", "nobody", "s", "unix-listen", "-o", ":12:34", "t", "true"))
    made = (tmp_path / "s").stat()
    assert (made.st_uid, stat.S_IMODE(made.st_mode)) == (65534, 0o620)
    assert ((tmp_path / "t").stat().st_uid, (tmp_path / "t").stat().st_gid) == (12, 34)
    assert refusal(run("unix-listen", "-o", "no-such-account", "u", "true")) == "unix-listen: fatal: unknown account no-such-account\n"


@root_only
def test_unix_owner_needs_rights(run, tmp_path):
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if not parent.stat().st_mode & 0o001:
            pytest.skip(f"nobody cannot reach {tmp_path}")
    done = run("setuidgid", "nobody", "unix-listen", "-o", "root", "s", "true")
    assert refusal(done) == "unix-listen: fatal: unable to change the owner of s: permission denied\n"
    assert not (tmp_path / "s").exists()


def test_a_dead_socket_is_replaced(run, tmp_path):
    for kind in ("stream", "dgram", "seqpacket"):
        said(run("unix-listen", "-t", kind, kind, "true"))
        before = (tmp_path / kind).stat().st_ctime_ns
        said(run("unix-listen", "-t", kind, kind, "true"))
        assert (tmp_path / kind).stat().st_ctime_ns > before


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
def test_a_live_socket_is_left_alone(run, tmp_path, kind):
    with socket.socket(socket.AF_UNIX, getattr(socket, kind)) as live:
        live.bind(str(tmp_path / "s"))
        if kind == "SOCK_STREAM":
            live.listen()
        for other in ("stream", "dgram", "seqpacket"):
            assert refusal(run("unix-listen", "-t", other, "s", "true")) == "unix-listen: fatal: unable to bind s: address already used\n"
        assert (tmp_path / "s").exists()


def test_other_files_are_left_alone(run, tmp_path):
    (tmp_path / "file").write_text("precious")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        assert f"unable to replace {name}: " in refusal(run("unix-listen", name, "true"))
    assert (tmp_path / "file").read_text() == "precious" and (tmp_path / "link").is_symlink()


def test_a_long_path_is_refused(run):
    assert "1 to 107 bytes" in refusal(run("unix-listen", "x" * 108, "true"))
    assert "1 to 107 bytes" in refusal(run("unix-listen", "@", "true"))


# FIFOs


def test_fifo(run, tmp_path):
    for _ in range(2):
        # Opened for both: it does not wait, and what is written can be read.
        assert said(run("umask", "077", "fifo-open", "-m", "622", "f", *sh("echo hello >&3; head -c 6 <&3"))) == "hello\n"
        assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o622
    said(run("umask", "027", "fifo-open", "plain", "true"))
    assert stat.S_IMODE((tmp_path / "plain").stat().st_mode) == 0o640


@root_only
def test_fifo_owner(run, tmp_path):
    said(run("fifo-open", "-o", "nobody", "f", "true"))
    assert (tmp_path / "f").stat().st_uid == 65534
    assert "trust the owner of f: permission denied" in refusal(run("fifo-open", "f", "true"))
    said(run("fifo-open", "-o", "nobody", "f", "true"))


def test_a_fifo_with_a_second_name_is_left_alone(run, tmp_path):
    """It may be one of ours from elsewhere, whose rights are not for those who can write here."""
    os.mkfifo(tmp_path / "real", 0o600)
    os.link(tmp_path / "real", tmp_path / "f")
    assert "trust the owner of f: permission denied" in refusal(run("fifo-open", "-m", "666", "f", "true"))
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600


def test_what_is_no_fifo_is_left_alone(run, tmp_path):
    os.mkfifo(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").write_text("")
    for name in ("link", "file"):
        assert refusal(run("fifo-open", name, "true")) == f"fifo-open: fatal: unable to make {name}: file already exists\n"
    assert "unable to make no/f: file does not exist" in refusal(run("fifo-open", "no/f", "true"))
