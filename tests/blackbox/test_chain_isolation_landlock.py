"""chainload-isolation(1): landlock, proved by programs inside that try; as root and as nobody."""

import os
import socket

import pytest
from support.chains import sh
from support.isolation import AS_NOBODY, open_place, refusal, root_only, skip_unless  # noqa: F401  (a fixture)
from support.paths import BIN, with_sanitizers

BOTH = pytest.mark.parametrize("before", [(), pytest.param(AS_NOBODY, marks=root_only)], ids=["self", "nobody"])
# What a shell, and a chain, need to run.
PROGRAMS = [word for path in ("/bin", "/sbin", "/usr", "/lib", "/lib64", str(BIN)) for word in ("-x", path)] + ["-i", "-w", "/dev/null"]
PYTHON = "/usr/bin/python3"


@pytest.fixture(autouse=True)
def kernel(request):
    if request.function.__name__ != "test_wrong_usage":
        skip_unless("landlock", "-s", "-x", "/")


def nobodys_or_ours(before):
    return b"1\n" if before or os.geteuid() != 0 else b"0\n"


@BOTH
def test_reading_writing_and_the_rest(chain, before, open_place):
    attempt = sh(
        f"cd {open_place}; for one in inner/file other/file file; do test $(cat $one 2>/dev/null) && echo read $one; done;"
        "for one in inner/new other/new new; do (: > $one) 2>/dev/null && echo made $one; done;"
        "mv other/new other/old 2>/dev/null && rm other/old && echo moved; mv inner/file inner/old 2>/dev/null || echo kept;"
        "(echo more >> inner/file) 2>/dev/null || echo unchanged; truncate -s 0 file 2>/dev/null || echo whole"
    )
    rules = [*PROGRAMS, "-r", f"{open_place}/inner", "-w", f"{open_place}/other", "--read", f"{open_place}/file"]
    done = chain(*before, "landlock", *rules, *attempt, cwd="/")
    assert done.stdout.decode().split("\n") == ["read inner/file", "read file", "made other/new", "moved", "kept", "unchanged", "whole", ""]
    assert os.listdir(f"{open_place}/other") == []


@BOTH
@pytest.mark.skipif(with_sanitizers(), reason="a program with a sanitizer reads more than what it is linked with")
def test_what_may_be_run(chain, before, open_place):
    with open(f"{open_place}/tool", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\necho ran\n")
    os.chmod(f"{open_place}/tool", 0o755)
    assert chain(*before, "landlock", *PROGRAMS, "-x", open_place, f"{open_place}/tool").stdout == b"ran\n"
    done = chain(*before, "landlock", *PROGRAMS, "-r", open_place, "umask", "022", f"{open_place}/tool")
    assert (done.returncode, done.stderr) == (126, f"umask: fatal: unable to run {open_place}/tool: access denied\n".encode())


@BOTH
def test_the_rest_of_the_chain_works_and_cannot_undo_it(chain, before, open_place):
    way = [*before, "landlock", *PROGRAMS, "-r", "/proc", "umask", "027", "cd", "/", "landlock", *PROGRAMS, "-w", "/", "export", "A", "b"]
    done = chain(*way, *sh(f"umask; echo $A; (: > {open_place}/new) 2>/dev/null || echo refused; grep NoNewPrivs: /proc/self/status | cut -f2"))
    assert done.stdout == b"0027\nb\nrefused\n" + nobodys_or_ours(before), done.stderr


@root_only
def test_rights_are_dropped_behind_it(chain):
    """Account names are looked up in files, which must then be among those that can be read."""
    done = chain("landlock", *PROGRAMS, "-r", "/etc", "setuidgid", "nobody", *sh("id -u"))
    assert done.stdout == b"65534\n", done.stderr
    assert chain("landlock", *PROGRAMS, "setuidgid", ":1:2", *sh("id -u")).stdout == b"1\n"


TRY_PORTS = """
import socket, sys
for way, port in (word.split(":") for word in sys.argv[1:]):
    try:
        getattr(socket.socket(), way)(("127.0.0.1", int(port)))
        print(way, "done")
    except OSError as why:
        print(way, type(why).__name__)
"""


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one.getsockname()[1]


@BOTH
def test_ports(chain, before, listening):
    def attempt(*options):
        done = chain(*before, "landlock", *options, "umask", "022", PYTHON, "-c", TRY_PORTS, "bind:0", f"connect:{listening}", cwd="/")
        return done.stdout.decode().split("\n")[:-1]

    assert attempt("--bind", "0") == ["bind done", "connect done"]
    assert attempt("--bind", "1-9,80") == ["bind PermissionError", "connect done"]
    assert attempt("--bind=none") == ["bind PermissionError", "connect done"]
    assert attempt("--connect", f"1,{listening}") == ["bind done", "connect done"]
    assert attempt("--connect", f"{listening - 5}-{listening}", "--bind", "none") == ["bind PermissionError", "connect done"]
    assert attempt("--connect", "none") == ["bind done", "connect PermissionError"]


@BOTH
def test_scopes(chain, before):
    if why := refusal("landlock", "-s", "--scope", "signals"):
        pytest.skip(f"not here: {why}")
    # A shell inside may signal what it started itself, but not the one outside.
    command = 'landlock --scope "$0" /bin/sh -c \'kill -0 $PPID 2>/dev/null && echo outside; kill -0 $$ && echo inside\'; true'
    assert chain(*before, "/bin/sh", "-c", command, "signals").stdout == b"inside\n"
    assert chain(*before, "/bin/sh", "-c", command, "abstract-sockets").stdout == b"outside\ninside\n"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(b"\0" + f"reeve-test-{os.getpid()}".encode())
        server.listen()
        connect = f"import socket; socket.socket(socket.AF_UNIX).connect('\\0reeve-test-{os.getpid()}')"
        assert chain(*before, "landlock", "--scope", "signals", PYTHON, "-c", connect, cwd="/").returncode == 0
        assert b"PermissionError" in chain(*before, "landlock", "--scope=abstract-sockets", PYTHON, "-c", connect, cwd="/").stderr


WITHOUT = ("seccomp-deny", "-e", "ENOSYS", "landlock_create_ruleset")


def test_a_kernel_without_it(chain):
    """A warning, or with -s the end; the kernel is told to have none."""
    skip_unless(*WITHOUT)
    done = chain(*WITHOUT, "landlock", "-r", "/", "--bind", "none", *sh("echo went on"))
    assert (done.returncode, done.stdout) == (0, b"went on\n")
    assert done.stderr == b"landlock: warning: this kernel has no Landlock, or it is off: it is not restricted\n"
    done = chain(*WITHOUT, "landlock", "-s", "-r", "/", *sh("echo went on"))
    assert (done.returncode, done.stdout, done.stderr) == (111, b"", b"landlock: fatal: this kernel has no Landlock, or it is off\n")


def test_paths_that_are_not_there(chain):
    done = chain("landlock", "-r", "/nonexistent", "true")
    assert (done.returncode, done.stderr) == (111, b"landlock: fatal: unable to allow /nonexistent: file does not exist\n")
    assert chain("landlock", "-i", "-r", "/nonexistent", "-x", "/", "true").returncode == 0
    assert chain("landlock", "-r", "/", "true").returncode == 126


@pytest.mark.parametrize(
    "words",
    [[], ["-x"], ["-s", "true"], ["-x", "/"], ["--bind", "65536", "true"], ["--bind", "", "true"], ["--bind", "80,", "true"], ["--bind", "9-8", "true"],
     ["--connect", "all", "true"], ["--scope", "all", "true"], ["--sorrow", "true"], ["-b", "80", "true"]],
)  # fmt: skip
def test_wrong_usage(chain, words):
    done = chain("landlock", *words)
    assert done.returncode == 100 and b"landlock: usage: landlock " in done.stderr
