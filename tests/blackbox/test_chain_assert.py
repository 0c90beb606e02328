"""`assert` and `skip-unless`: every predicate against the real thing, who is blamed, and what halts a chain."""

import os
import platform
import re
import signal
import socket
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import sh
from support.orphans import disown, own
from support.paths import BIN, SOURCE, program
from support.service import RUNS, shell

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


@pytest.fixture
def things(tmp_path):
    """One of everything, in the directory that chains run in."""
    (tmp_path / "full").write_text("x")
    (tmp_path / "empty").touch()
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to("full")
    (tmp_path / "dangling").symlink_to("nothing")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "with blank").touch()
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o755)
    listener = socket.socket(socket.AF_UNIX)
    old = os.getcwd()
    os.chdir(tmp_path)  # the path of a unix socket is short
    listener.bind("socket")
    os.chdir(old)
    os.utime(tmp_path / "empty", (1, 1))
    yield tmp_path
    listener.close()


TRUE = [
    "exists(full)", "exists(link)", "exists(dir)", "exists('with blank')", 'exists("with blank")', "exists(/)",
    "file(full)", "file(link)", "directory(dir)", "dir(dir)", "socket(socket)", "fifo(fifo)", "char-device(/dev/null)",
    "symlink(link)", "symlink(dangling)", "readable(full)", "writable(full)", "executable(tool)", "executable(dir)",
    "empty(empty)", "empty(dir)", "newer(full, empty)", "newer(full, nothing)",
    "mounted(/)", "mount(/proc)", "env(HOME)", "env(SET) == 7", "env(SET) = '7'", "env(SET) > 6", "env(SET) <= 7",
    "env(EMPTY)", "env(EMPTY) == ''", "env(UNSET) != x", "{ true }", "{ test -f full }", "{ sh -c 'test 1 = 1' }",
    "cpus >= 1", "cpus < 9999", "memory > 1M", "memory < 1000T", "kernel >= 3.2", "kernel < 999",
    "not exists(nothing)", "not not exists(full)", "exists(nothing) or exists(full)",
    "exists(full) and exists(dir) or { false }", "{ false } and { absent-program } or exists(full)",
    "exists(full) or { absent-program }",
]  # fmt: skip
FALSE = [
    "exists(nothing)", "exists(dangling)", "exists(full/below)", "exists('')", "file(dir)", "directory(full)",
    "socket(full)", "fifo(full)", "block-device(/dev/null)", "symlink(full)", "symlink(nothing)",
    "readable(nothing)", "writable(nothing)", "executable(full)", "empty(full)", "empty(/dev/null)", "empty(nothing)", "empty(/)",
    "newer(empty, full)", "newer(nothing, full)", "newer(full, full)", "mounted(dir)", "mounted(/nowhere)",
    "env(UNSET)", "env(UNSET) == ''", "env(UNSET) < 1", "env(UNSET) > 1", "env(SET) != 7", "env(SET) > 7",
    "user(no-such-user)", "group(no-such-group)", "user('')", "user(0:0)", "{ false }", "{ sh -c 'kill -9 $$' }",
    "cpus > 9999", "memory > 1000T", "kernel < 3", "cmdline(no-such-word-at-all)", "cmdline(no-such-word-at-all) == x",
]  # fmt: skip
VARIABLES = {"SET": "7", "EMPTY": ""}


@pytest.mark.parametrize("expression", TRUE)
def test_what_is_true(chain, things, expression):
    done = chain("assert", expression, "echo", "on", environment=VARIABLES)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"on\n", b"")


@pytest.mark.parametrize("expression", FALSE)
def test_what_is_false(chain, things, expression):
    done = chain("assert", expression, "echo", "on", environment=VARIABLES)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(f"assert: fatal: not true: {expression}".encode())


def test_every_predicate_is_tried_and_in_the_manual():
    table = (SOURCE / "chainload" / "helpers" / "deciding" / "predicates.cpp").read_text(encoding="utf-8")
    names = re.findall(r'^ +\{"([a-z-]+)", \d, ', table, re.MULTILINE)
    assert len(names) > 20, "the table of predicates was not understood"
    tests = open(__file__, encoding="utf-8").read()
    assert not [name for name in names if not re.search(rf"\b{name}(\(| [=<>])", tests)]
    page = (SOURCE / "chainload" / "helpers" / "deciding" / "chainload-deciding.1").read_text(encoding="utf-8")
    assert not [name for name in names if not re.search(rf"^\.It [^\n]*\bCm [^\n]*\b{name}\b", page, re.MULTILINE)]


def test_the_machine_is_this_one(chain):
    host, arch, kernel = os.uname().nodename, platform.machine(), os.uname().release
    version = re.match(r"\d+\.\d+", kernel)[0]
    cpus = len(os.sched_getaffinity(0))
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    assert chain("assert", f"host == '{host}' and arch == {arch} and kernel == {version}").returncode == 0
    assert chain("assert", f"cpus == {cpus} and memory > {megabytes - 64}M and memory < {megabytes + 64}M").returncode == 0
    assert chain("assert", "host != nowhere").returncode == 0
    done = chain("assert", "kernel < 3")
    assert done.stderr == f"assert: fatal: not true: kernel < 3 (it is {kernel})\n".encode()


def test_the_kernel_command_line(chain):
    words = dict((part + "=").split("=")[:2] for part in open("/proc/cmdline", encoding="utf-8").read().split() if '"' not in part)
    for name, value in words.items():
        assert chain("assert", f"cmdline('{name}') == '{value}'").returncode == 0, name
        assert chain("assert", f"cmdline('{name.replace('-', '_')}')").returncode == 0, name


def test_who_we_are(chain):
    uid, gid = os.geteuid(), os.getegid()
    assert chain("assert", f"uid == {uid} and gid == {gid} and uid < 4294967296").returncode == 0
    assert chain("assert", f"user({uid})" if uid else "user(root) and group(root)").returncode in (0, 1)


@root_only
def test_somebody_else(chain, run, things):
    secret = things / "secret"
    secret.mkdir(mode=0o700)
    nobody = ["setuidgid", "nobody", "assert"]
    assert chain(*nobody, "user(nobody) and not user(root) and not group(root) and uid > 0").returncode == 0
    assert chain(*nobody, "readable(/etc/passwd) and not writable(/etc/passwd) and not readable(/etc/shadow)").returncode == 0
    # What cannot be looked at is not simply false.
    done = chain(*nobody, "exists(/proc/1/cwd/x)")
    assert (done.returncode, done.stderr) == (111, b"assert: fatal: unable to look at /proc/1/cwd/x: access denied\n")
    assert chain(*nobody, "not exists(/proc/1/cwd/x)").returncode == 111


# Who is blamed, and codes


@pytest.mark.parametrize(
    ("expression", "blamed"),
    [
        ("exists(/) and exists(nothing) and exists(/)", "exists(nothing)"),
        ("exists(/) and (uid == 9999 or exists( nothing ))", "uid == 9999 or exists( nothing )"),
        ("not exists(/) and exists(nothing)", "not exists(/)"),
        ("exists(/) and\n\tnot ( exists(/) )", "not ( exists(/) )"),
        ("exists(/) and { false\n}", "{ false }"),
        ("env(SET) == 8", "env(SET) == 8 (it is something else)"),
        ("env(UNSET) == 8", "env(UNSET) == 8 (it is not there)"),
        ("exists(" + "x" * 400 + "/y)", "exists(" + "x" * 293 + " ..."),
    ],
)
def test_the_part_that_was_false_is_named(chain, expression, blamed):
    if len(expression) > 300:
        expression = expression.replace("x" * 400, "/".join(["x" * 100] * 4))
        blamed = f"{expression[:300]} ..."
    done = chain("assert", expression, "true", environment=VARIABLES)
    assert (done.returncode, done.stderr.decode()) == (1, f"assert: fatal: not true: {blamed}\n")


def test_codes_and_silence(chain):
    assert chain("assert", "-x", "99", "{ false }", "true").returncode == 99
    assert chain("assert", "-x5", "exists(/)", *sh("exit 7")).returncode == 7
    assert chain("assert", "-q", "{ false }", "true").stderr == b""
    assert chain("assert", "exists(/)").returncode == 0 and chain("assert", "{ false }").returncode == 1
    for code in ("0", "100", "-1", "x", ""):
        assert chain("assert", "-x", code, "exists(/)", "true").returncode == 100
    done = chain("skip-unless", "{ false }", "echo", "on")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert chain("skip-unless", "-x", "3", "{ false }", "echo", "on").returncode == 3
    assert chain("skip-unless", "-x", "0", "exists(/)", "echo", "on").stdout == b"on\n"
    assert chain("skip-unless", "-x", "100", "exists(/)", "true").returncode == 100
    assert chain("skip-unless", "-q", "exists(/)", "true").returncode == 100
    assert chain("skip-unless", "exists(").returncode == 100


def test_errors_point_at_their_place(chain):
    for name in ("assert", "skip-unless"):
        done = chain(name, "exists(/) and\texist(/x)", "echo", "on")
        assert (done.returncode, done.stdout) == (100, b"")
        assert done.stderr.decode().splitlines()[:2] == [f"{name}: exists(/) and exist(/x)", f"{name}: {' ' * 14}^ there is no such test"]
    assert chain("assert", "(" * 5000).returncode == 100
    assert chain("assert", "not " * 1000 + "uid == 0").returncode == 100


def test_what_cannot_be_told(chain, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    for expression, reason in (
        ("exists(loop)", b"unable to look at loop: symbolic link loop"),
        ("newer(/, loop)", b"unable to look at loop: symbolic link loop"),
        ("{ absent-program }", b"unable to run absent-program: file does not exist"),
        ("{ /etc/passwd }", b"unable to run /etc/passwd: access denied"),
        ("env(HOME) > 5", b"env(HOME) > 5: it is no number"),
    ):
        for form in (expression, f"not {expression}", f"exists(/) and {expression} or exists(/)"):
            done = chain("assert", form, "echo", "on")
            assert (done.returncode, done.stdout, done.stderr) == (111, b"", b"assert: fatal: " + reason + b"\n")


# Commands


def test_a_command_has_the_chain_s_variables_and_path(chain, tmp_path):
    (tmp_path / "tools").mkdir()
    tool = tmp_path / "tools" / "special"
    tool.write_text('#!/bin/sh\ntest "$1 $A" = "x y z"\n')
    tool.chmod(0o755)
    done = chain("prepend-path", "PATH", tmp_path / "tools", "export", "A", "z", "assert", "{ special 'x y' }", "echo", "on")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"on\n", b"")


def test_nothing_is_left_behind(chain):
    done = chain("assert", "{ true } and mounted(/) and exists(/) and cmdline(x) != y", "ls", "/proc/self/fd")
    assert done.stdout.split() == [b"0", b"1", b"2", b"3"]
    mask = chain("assert", "{ true }", "grep", "Sig[BIC]", "/proc/self/status").stdout
    assert mask == chain("umask", "022", "grep", "Sig[BIC]", "/proc/self/status").stdout


def test_a_signal_reaches_the_command_and_ends_the_chain(nursery, tmp_path):
    waiting = own(
        subprocess.Popen(
            [program("assert"), "{ sh -c 'trap \"echo told; exit 0\" TERM; echo here; while :; do sleep 1; done' }", "echo", "on"],
            env=nursery.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    )
    assert waiting.stdout.readline() == b"here\n"
    waiting.send_signal(signal.SIGTERM)
    out, err = waiting.communicate(timeout=30)
    disown(waiting)
    assert (waiting.returncode, out, err) == (-signal.SIGTERM, b"told\n", b"")


# Services


def test_services(chain, service, tmp_path):
    service({"run": RUNS}, name="web").await_phase("ready")
    service({"run": RUNS, "notification-fd": "3"}, name="slow").await_phase("up", "starting")
    service({"run": RUNS, "down": ""}, name="off").await_phase("down")
    (tmp_path / "bare").mkdir()
    for expression in ("up(web) and ready(web)", "up('./web')", "not up(off) and not ready(off)", "not ready(slow)", "not up(bare) and not ready(bare)"):
        done = chain("assert", expression, "echo", "on")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"on\n", b""), expression
    done = chain("assert", "up(absent)", "echo", "on")
    assert done.returncode == 111
    assert done.stderr == b"svup: fatal: unable to chdir to absent: file does not exist\nassert: fatal: unable to tell the state of absent\n"
    beside = {"SERVICE_DIR": str(tmp_path / "other")}
    assert chain("assert", "ready(web)", environment=beside, cwd="/").returncode == 0


def test_a_condition_of_a_service(service):
    one = service(
        {"run": RUNS, "condition": shell(f"exec {BIN}/assert 'exists(wanted)'"), "down": ""},
    )
    one.send("u")
    one.await_phase("skipped")
    one.touch("wanted")
    one.send("u")
    one.await_phase("ready")
    assert "assert: fatal: not true: exists(wanted)" in one.stderr()
    await_until(lambda: one.events("start"), 30, what="its start")
