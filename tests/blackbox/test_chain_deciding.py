"""The helpers that decide whether and beside what a program runs: as execline's of the same names."""

import os
import re
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import SYSTEM, sh
from support.paths import BIN, foreign_program
from support.processes import alive, parent

EXECLINE = "/usr/lib/execline/bin"


@pytest.fixture
def as_execline(run):
    """Runs an execline script with ours, fused and not, and with execline's programs: output and code must be the same."""

    def compare(script, **options):
        execlineb = foreign_program("execlineb", "execline")

        def outcome(where, environment):
            # By path, because Debian's execlineb puts execline's directory before all others of PATH.
            of_there = re.sub(r"(?<![\w/-])(if|foreground|background|tryexec)(?= |$)", rf"{where}/\1", script)
            done = run(execlineb, "-P", "-c", of_there, environment={"KEPT": "yes", **environment}, **options)
            return done.returncode, done.stdout.replace(b"CHAINLOAD_NO_FUSE=1\n", b"")

        ours = outcome(BIN, {})
        assert outcome(BIN, {"CHAINLOAD_NO_FUSE": "1"}) == ours
        assert outcome(EXECLINE, {}) == ours
        return ours

    return compare


CRASH = 'sh -c "kill -9 $$"'


@pytest.mark.parametrize(
    "script",
    [
        "if { test -e /etc } echo y", "if { test -e /etcx } echo y", 'if { sh -c "exit 5" } echo y', 'if -n { sh -c "exit 5" } echo y',
        "if -n { true } echo y", "if -n { } echo y", "if { } echo y", "if -x 7 { false } echo y", "if -x0 { false } echo y",
        "if -t { false } echo y", "if -tn { true } echo y", "if -t -x 3 { false } echo y", "if -x 256 { false } echo y",
        "if -x abc { false } echo y", "if -q { false } echo y", "if { absent-program } echo y", "if { /etc } echo y", "if { true }",
        "if { false }", "if { true } absent-program", "if { true } /etc", "if", "if { if { true } echo inner } echo outer",
        "if { if { false } echo inner } echo outer", 'if -n { if -n { true } echo inner } echo " blank"', "if -x 300 { true } echo y",
        f"if {{ {CRASH} }} echo y", f"if -n {{ {CRASH} }} echo y", f"if -X {{ {CRASH} }} echo y", f"if -Xn {{ {CRASH} }} echo y",
        f"if -X -x 9 {{ {CRASH} }} echo y", f"if -t {{ {CRASH} }} echo y", f"if -tX {{ {CRASH} }} echo y", f"if -nx 4 {{ {CRASH} }} echo y",
    ],
)  # fmt: skip
def test_if(as_execline, script):
    as_execline(script)


def test_blocks_of_shell_scripts(chain):
    assert chain("if", "{", *sh("exit 0"), "}", "echo", "y").stdout == b"y\n"
    assert chain("if", "{", "if", "{", "true", "}", "echo", "a", "}", "echo", "{", "}").stdout == b"a\n{ }\n"
    assert chain("if", "{", "umask", "027", *sh("umask"), "}", *sh("umask; true"), cwd="/").stdout.split()[0] == b"0027"
    assert chain("if", "{", "}", "echo", "y").stdout == b"y\n"
    # The form that execlineb makes of a block, and the same without the blanks, as its own programs take it.
    assert chain("if", " echo", "  a", " }", "", "echo", "y").stdout == b" a }\ny\n"
    assert chain("if", "echo", "a", "", "echo", "y").stdout == b"a\ny\n"
    for words in (["{"], ["{", "true"], ["{", "{", "true", "}", "echo"], ["true"], [" true", " echo"]):
        done = chain("if", *words)
        assert done.returncode == 100
        assert done.stderr.startswith(b"if: a block is { COMMAND ... }, each brace a word of its own\nif: usage: if ")


@pytest.mark.parametrize(
    "script",
    [
        'foreground { sh -c "exit 5" } printenv "?"', f'foreground {{ {CRASH} }} printenv "?"', 'foreground { } printenv "?"',
        'foreground { absent-program } printenv "?"', "foreground { /etc } true", "foreground { false }", "foreground", "foreground true",
        "foreground { true } absent-program", "foreground { echo a } echo b", 'foreground { foreground { false } printenv "?" } printenv "?"',
        "foreground -d { true } true", "background { true }", "background { } true", "background { absent-program } true",
        "background -d { absent-program }", "background -q { true } true", "background", "background { true } absent-program",
        'background { true } sh -c "wait; exit 3"', "tryexec { echo a } echo b", "tryexec { absent a } echo b", "tryexec -n { echo a } echo b",
        "tryexec -n { echo a } absent b", "tryexec { absent a } absent2 b", "tryexec -n { absent a } absent2 b", "tryexec { } echo b",
        "tryexec -n { } echo b", "tryexec -n { echo a }", "tryexec { absent }", 'tryexec -a NAME { sh -c "echo $0" } echo b',
        'tryexec -l { sh -c "cat /proc/$$/cmdline" } echo b', 'tryexec -l -a x { sh -c "cat /proc/$$/cmdline" } echo b',
        "tryexec -c { /usr/bin/env } echo b", "tryexec -nc { absent } env", 'tryexec -nl { absent } sh -c "cat /proc/$$/cmdline"', "tryexec",
        "tryexec -q { a } b", "tryexec { /etc } echo b", "tryexec { if { true } echo a } echo b", "tryexec { umask 027 sh -c umask } echo b",
        'tryexec -c { absent } printenv KEPT',
    ],
)  # fmt: skip
def test_the_others(as_execline, script):
    as_execline(script)


def test_foreground_says_what_cannot_be_run(chain):
    done = chain("foreground", "{", "absent-program", "}", "true")
    assert (done.returncode, done.stderr) == (0, b"foreground: warning: unable to run absent-program: file does not exist\n")
    done = chain("if", "{", "./absent", "}", "true")
    assert (done.returncode, done.stderr) == (111, b"if: fatal: unable to run ./absent: file does not exist\n")
    done = chain("background", "{", "/etc", "}", "true")
    assert (done.returncode, done.stderr) == (111, b"background: fatal: unable to run /etc: access denied\n")


def test_background_tells_the_pid(run):
    show = ("printenv", "!")
    for extra in ({}, {"CHAINLOAD_NO_FUSE": "1"}):
        done = run("background", "{", *sh("echo $$ > pid"), "}", "foreground", "{", *show, "}", *sh("wait; while test ! -s pid; do :; done; cat pid; rm pid"), environment=extra)  # fmt: skip
        assert len(set(done.stdout.split())) == 1 and done.stdout.count(b"\n") == 2


@pytest.mark.parametrize("detached", [False, True])
def test_whose_child_a_background_program_is(nursery, tmp_path, detached):
    command = [f"{BIN}/background", *(["-d"] if detached else []), "{", "cat", "}", "foreground", "{", "printenv", "!", "}", *sh('echo $$; read line; exit 7')]
    with subprocess.Popen(command, env={**nursery.environment, "PATH": f"{BIN}:{SYSTEM}"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        beside, main = int(process.stdout.readline()), int(process.stdout.readline())
        assert main == process.pid
        assert (parent(beside) == main) is not detached
        assert os.getsid(beside) == os.getsid(main) and os.getpgid(beside) == os.getpgid(main)
        os.kill(beside, signal.SIGKILL)
        if detached:
            await_until(lambda: not os.path.exists(f"/proc/{beside}") or parent(beside) != main, what="its end")
            with open(f"/proc/{main}/task/{main}/children", encoding="ascii") as file:
                assert file.read() == ""
        process.stdin.close()
        process.stdin = None
    assert process.returncode == 7
    await_until(lambda: not alive(beside), what="its end")


@pytest.mark.parametrize("name", ["if", "foreground"])
@pytest.mark.parametrize("fused", [True, False])
def test_a_signal_reaches_the_block_and_then_ends_the_chain(nursery, name, fused):
    """A block that cleans up does so, and what stands behind it is not begun: that is what an `svc -d` means."""
    block = sh("trap 'echo told; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    environment = {**nursery.environment, "PATH": f"{BIN}:{SYSTEM}", **({} if fused else {"CHAINLOAD_NO_FUSE": "1"})}
    command = [f"{BIN}/umask", "022", name, "{", *block, "}", "echo", "went on"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == b"told\n"
        assert process.stdout.read() == b""
    assert process.returncode == -signal.SIGTERM


def test_what_a_block_gets_is_what_the_program_gets(chain):
    """Nothing of the waiting is left: signals, descriptors."""
    show = sh("grep -E '^(Sig[BIC]|...Pnd)' /proc/self/status; cd /proc/$$/fd; echo *")
    plain = chain("umask", "022", *show)
    for first in ("if", "foreground"):
        both = chain(first, "{", *show, "}", *show)
        assert both.stdout == plain.stdout * 2


def test_sigchld_ignored(chain):
    """As some parents leave it: the exit code of a block is still learned, and PROGRAM finds it as it was."""
    ignored = ("/usr/bin/python3", "-c", "import os,signal,sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execvp(sys.argv[1], sys.argv[1:])")
    done = chain("umask", "022", *ignored, "if", "{", *sh("exit 4"), "}", "true")
    assert done.returncode == 4
    done = chain("umask", "022", *ignored, "if", "{", "true", "}", "grep", "SigIgn", "/proc/self/status")
    assert int(done.stdout.split()[1], 16) >> (signal.SIGCHLD - 1) & 1
