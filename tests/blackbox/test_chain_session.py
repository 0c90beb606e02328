"""The helpers of session and signals: controlling-tty, pdeathsig, subreap, signals."""

import os
import pty
import re
import select
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import SYSTEM, sh
from support.paths import BIN, program
from support.processes import alive, parent, session

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
STATUS = ("/bin/sed", "-n", "/^Sig[BIC]/p", "/proc/self/status")
WAYS = pytest.mark.parametrize("extra", [{}, {"CHAINLOAD_NO_FUSE": "1"}], ids=["fused", "apart"])


class running(subprocess.Popen):
    """One that a failed test does not wait for."""

    def __exit__(self, kind, *rest):
        if kind:
            self.kill()
        super().__exit__(kind, *rest)


@pytest.fixture
def start(nursery, tmp_path):
    """start("subreap", …): a running process with pipes for input and output."""

    def begin(*command, extra=None, **options):
        environment = {**nursery.environment, "PATH": f"{BIN}:{SYSTEM}", **(extra or {})}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **options}
        return running([program(command[0]), *command[1:]], env=environment, cwd=tmp_path, **pipes)

    return begin


def sets(done):
    """{"Blk": {15, …}, …}"""
    found = {}
    for name, bits in re.findall(r"^Sig(Blk|Ign|Cgt):\s+(\w+)", done.stdout.decode(), re.MULTILINE):
        found[name] = {number for number in range(1, 65) if int(bits, 16) >> (number - 1) & 1}
    return found


# signals


def test_signals(chain):
    plain = sets(chain("umask", "022", *STATUS))
    both = sets(chain("signals", "-i", "HUP,PIPE", "-b", "USR1,SIGUSR2", "-b40", *STATUS))
    assert both["Ign"] - plain["Ign"] == {signal.SIGHUP, signal.SIGPIPE}
    assert both["Blk"] == {signal.SIGUSR1, signal.SIGUSR2, 40}
    back = sets(chain("signals", "-i", "all", "-b", "all", "umask", "022", "signals", "-d", "all", "-u", "all", *STATUS))
    assert back["Ign"] == set() and back["Blk"] == set()
    # One after the other, as they stand there.
    some = sets(chain("signals", "-i", "all", "-d", "TERM,15,CHLD", "-b", "all", "-u", "INT", *STATUS))
    everything = set(range(1, 65)) - {9, 19, 32, 33, 34}
    assert some["Ign"] >= everything - {15, 17} and not some["Ign"] & {9, 15, 17, 19}
    assert some["Blk"] >= everything - {2} and 2 not in some["Blk"]


@pytest.mark.parametrize("words", [["-i", "KILL", "true"], ["-b", "STOP", "true"], ["-i", "NO", "true"], ["-i", "", "true"], ["-i", "HUP,", "true"], ["-u", "65", "true"], ["-b", "0", "true"], ["-x", "true"], ["-i"], []])
def test_signals_usage(chain, words):
    assert chain("signals", *words).returncode == 100


# pdeathsig


@pytest.mark.parametrize("extra", [{}, {"CHAINLOAD_NO_FUSE": "1"}])
def test_pdeathsig(start, extra):
    """The parent is a shell of ours; its child says that it has been told."""
    text = "pdeathsig USR1 umask 022 /bin/sh -c 'trap \"echo told; exit\" USR1; echo $$; while :; do read line || :; done' & read line"
    with start("umask", "022", *sh(text), extra=extra) as shell:
        child = int(shell.stdout.readline())
        assert alive(child)
        shell.kill()
        assert shell.stdout.readline() == b"told\n"
    await_until(lambda: not alive(child), what="its end")


def test_pdeathsig_is_what_the_kernel_has(chain):
    ask = ("/usr/bin/python3", "-c", "import ctypes; n = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(n)); print(n.value)")
    assert chain("pdeathsig", "TERM", *ask).stdout == b"15\n"
    assert chain("pdeathsig", "9", "pdeathsig", "0", *ask).stdout == b"0\n"
    for words in (["NO", "true"], ["65", "true"], ["TERM"], []):
        assert chain("pdeathsig", *words).returncode == 100


@root_only
def test_pdeathsig_stands_behind_setuidgid(chain):
    ask = ("/usr/bin/python3", "-c", "import ctypes; n = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(n)); print(n.value)")
    assert chain("setuidgid", "nobody", "pdeathsig", "TERM", *ask, cwd="/").stdout == b"15\n"


# controlling-tty


@WAYS
def test_controlling_tty(start, extra):
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    os.close(slave)
    text = "ps -o tty= -p $$ > facts; cut -d' ' -f5,6,8 /proc/$$/stat >> facts; echo $$ >> facts; mv facts done; read line; exit 5"
    try:
        with start("umask", "022", "controlling-tty", name, *sh(text), extra=extra) as process:
            directory = os.readlink(f"/proc/{process.pid}/cwd")
            await_until(lambda: os.path.exists(f"{directory}/done"), what="the facts")
            with open(f"{directory}/done", encoding="utf-8") as file:
                tty, ids, pid = file.read().splitlines()
            assert f"/dev/{tty.strip()}" == name
            assert [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)] == [name] * 3
            assert ids.split() == [pid] * 3  # group, session, foreground group
            # The terminal's keys reach it.
            os.write(master, b"\x03")
            select.select([master], [], [], 10)
        assert process.returncode == -signal.SIGINT
    finally:
        os.close(master)


def test_controlling_tty_troubles(chain, start, tmp_path):
    (tmp_path / "file").touch()
    done = chain("controlling-tty", "file", "true")
    assert (done.returncode, done.stderr) == (111, b"controlling-tty: fatal: unable to use file: not a terminal\n")
    done = chain("controlling-tty", "absent", "true")
    assert (done.returncode, done.stderr) == (111, b"controlling-tty: fatal: unable to open absent: file does not exist\n")
    for words in ([], ["/dev/tty"], ["-x", "/dev/tty", "true"]):
        assert chain("controlling-tty", *words).returncode == 100
    master, slave = pty.openpty()
    try:
        # The leader of a group of this session cannot leave it.
        with start("controlling-tty", os.ttyname(slave), "true", stderr=subprocess.PIPE, preexec_fn=lambda: os.setpgid(0, 0)) as process:
            assert process.stderr.read().startswith(b"controlling-tty: fatal: unable to make a session: the process leads a process group: ")
        assert process.returncode == 111
    finally:
        os.close(master)
        os.close(slave)


# subreap


@pytest.mark.parametrize(("text", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)])
def test_the_exit_code_of_subreap(chain, text, code):
    done = chain("subreap", "umask", "022", *sh(text))
    assert (done.returncode, done.stderr) == (code, b"")


@WAYS
def test_subreap_waits_for_all_descendants(start, tmp_path, extra):
    os.mkfifo(tmp_path / "f")
    text = "setsid sh -c 'setsid sh -c \"echo \\$\\$; read line < f; exit 3\" & exit 2' & wait; echo gone; exit 4"
    with start("subreap", *sh(text), extra=extra) as process:
        lines = {process.stdout.readline(), process.stdout.readline()}
        (last,) = (int(line) for line in lines - {b"gone\n"})
        await_until(lambda: parent(last) == process.pid, what="its adoption")
        assert process.poll() is None and session(last) != session(process.pid)
        (tmp_path / "f").write_text("go\n")
        assert process.wait(20) == 4
    assert not alive(last)


@pytest.mark.parametrize(("options", "trap"), [(["-k", "0"], ""), (["-k", "30s"], ""), (["-k", "100ms"], "trap '' TERM;"), (["-k", "30s", "-s", "HUP"], "trap '' TERM;")])
def test_subreap_ends_what_is_left(start, options, trap):
    inner = f"{trap} echo $$; exec sleep 1000"
    text = f'setsid sh -c "{inner}" < /dev/null & read line; exit 6'.replace("$$", "\\$\\$")
    with start("subreap", *options, *sh(text)) as process:
        left = int(process.stdout.readline())
        process.stdin.write(b"\n")
        process.stdin.close()
        process.stdin = None
        assert process.wait(20) == 6
    assert not alive(left)


@WAYS
def test_subreap_passes_signals_on(start, extra):
    text = "trap 'echo hup' HUP; trap 'echo term; exit 9' TERM; echo ready; while :; do sleep 0.05; done"
    with start("umask", "022", "subreap", *sh(text), extra=extra) as process:
        for number, said in ((None, b"ready\n"), (signal.SIGHUP, b"hup\n"), (signal.SIGHUP, b"hup\n"), (signal.SIGTERM, b"term\n")):
            if number:
                process.send_signal(number)
            assert process.stdout.readline() == said
        assert process.wait(20) == 9


def test_the_program_of_subreap_gets_what_it_would_get_alone(chain):
    show = sh("grep -E '^(Sig[BIC]|...Pnd)' /proc/self/status; cd /proc/$$/fd; echo *")
    assert chain("subreap", *show).stdout == chain("umask", "022", *show).stdout


@pytest.mark.parametrize("words", [[], ["-k", "soon", "true"], ["-s", "NO", "true"], ["-x", "true"], ["-k", "1"]])
def test_subreap_usage(chain, words):
    assert chain("subreap", *words).returncode == 100
