"""svc, svok, svstat, svup and svwait: on directories whose supervise the test plays itself, and on real ones.

What daemontools' programs print for the same directory is the reference, where they are installed.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import time

import pytest
from support import status_record
from support.awaiting import await_until, stays
from support.paths import foreign_program, program, with_sanitizers
from support.service import RUNS, recorded
from support.source_tables import letters

FUTURE = 4_000_000_000  # stamps from the future are 0 seconds old, so two programs print the same


def tai64n(seconds, nanoseconds=0):
    return struct.pack(">QI", (1 << 62) + 10 + int(seconds), nanoseconds)


def record(phase="ready", pid=812, want="u", paused=False, changed=FUTURE, **fields):
    """A status record, from the table of the service directory's manual."""
    data = bytearray(status_record.SIZE)
    data[0:12] = tai64n(changed)
    struct.pack_into("<IBB", data, 12, pid, paused, ord(want) if want else 0)
    struct.pack_into("<BB2sBB", data, 18, fields.get("stop_sent", 0), 1 if pid else 0, b"rv", 1, status_record.PHASES.index(phase))
    if "ready_since" in fields:
        data[24:36] = tai64n(fields["ready_since"], 5_000_000)
    struct.pack_into("<I", data, 36, fields.get("supervise_pid", 801))
    struct.pack_into("<I", data, 56, fields.get("wait_status", 0))
    data[60] = status_record.CAUSES.index(fields.get("cause", "none"))
    data[61] = sum(1 << status_record.FLAGS.index(flag) for flag in fields.get("flags", ()))
    data[62] = status_record.GIVE_UPS.index(fields.get("give_up", "none"))
    struct.pack_into("<QQQQ", data, 64, *(fields.get(name, 0) for name in ("starts", "deaths", "commands", "readiness")))
    struct.pack_into("<Q", data, 112, fields.get("next_start", 0))
    text = fields.get("text", b"")
    data[128 : 128 + len(text)] = text
    return bytes(data)


class Played:
    """A service directory whose supervise is the test: it holds the FIFOs and writes the records."""

    def __init__(self, directory):
        self.directory = directory
        self.state = directory / "supervise"
        self.state.mkdir(parents=True)
        for name in ("ok", "control"):
            os.mkfifo(self.state / name, 0o600)
        self.ok = os.open(self.state / "ok", os.O_RDONLY | os.O_NONBLOCK)
        self.control = os.open(self.state / "control", os.O_RDWR | os.O_NONBLOCK)

    def write(self, data):
        new = self.state / "status.new"
        new.write_bytes(data)
        new.rename(self.state / "status")
        return self

    def letters(self):
        try:
            return os.read(self.control, 4096).decode()
        except BlockingIOError:
            return ""

    def leave(self):
        for name in ("ok", "control"):
            if getattr(self, name) is not None:
                os.close(getattr(self, name))
                setattr(self, name, None)


@pytest.fixture
def played(tmp_path):
    made = []

    def make(name="web", data=None):
        one = Played(tmp_path / name)
        if data is not None:
            one.write(data)
        made.append(one)
        return one

    yield make
    for one in made:
        one.leave()


@pytest.fixture
def run(bin_dir, nursery, tmp_path):
    """run("svstat", "web"): the finished process, started in the directory of the services."""

    def start(name, *arguments, path=None, **options):
        return subprocess.run(
            [path or program(name), *map(str, arguments)],
            cwd=options.pop("cwd", tmp_path),
            env=nursery.environment,
            capture_output=True,
            timeout=30,
            check=False,
            **options,
        )

    return start


@pytest.fixture
def both(run):
    """Runs ours and daemontools' program with the same arguments; they must say the same. Returns ours."""

    def compare(name, *arguments, **options):
        reference = run(name, *arguments, path=foreign_program(name, "daemontools"), **options)
        ours = run(name, *arguments, **options)
        assert (ours.returncode, ours.stdout, ours.stderr) == (reference.returncode, reference.stdout, reference.stderr)
        return ours

    return compare


# The same as daemontools


@pytest.mark.parametrize("down", [False, True], ids=["normally-up", "normally-down"])
@pytest.mark.parametrize("want", ["u", "d", ""])
@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("pid", [0, 1, 4194304, 2**32 - 1])
def test_svstat_line(both, played, pid, paused, want, down):
    one = played(data=record(phase="ready" if pid else "down", pid=pid, paused=paused, want=want))
    if down:
        (one.directory / "down").touch()
    assert both("svstat", "web").stdout.startswith(b"web: up (pid " if pid else b"web: down ")


@pytest.mark.parametrize("size", [0, 1, 17, 18, 20, 255, 256, 700])
def test_svstat_takes_records_of_all_lengths(both, played, size):
    played(data=(record() + bytes(500))[:size])
    both("svstat", "web")


@pytest.mark.parametrize("age", [5, 100_000])
def test_svstat_seconds(run, played, age):
    played(data=record(changed=time.time() - age))
    seconds = int(re.fullmatch(rb"web: up \(pid 812\) (\d+) seconds\n", run("svstat", "web").stdout)[1])
    assert age <= seconds <= age + 5


def test_svstat_says_problems_on_stdout(both, played, tmp_path):
    for problem in ("gone", "never", "no-status"):
        played(problem)
    shutil.rmtree(tmp_path / "gone" / "supervise")
    (tmp_path / "never" / "supervise" / "ok").unlink()
    left = played("left", record())
    left.leave()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    out = both("svstat", "gone", "never", "no-status", "left", "file", "loop", "absent", "", "x" * 300, "left/../left").stdout
    assert b"left: supervise not running\n" in out


def test_svstat_takes_any_other_word_for_a_directory(both, played):
    played("-d", record())
    played("web", record())
    both("svstat", "-d", "web", "-l", "--json", "-x")
    both("svstat")


def test_a_reader_that_goes_away_is_nobodys_concern(run, played):
    played(data=record())
    ends = os.pipe()
    os.close(ends[0])
    done = subprocess.run([program("svstat"), "web"], cwd=played("other").directory.parent, stdout=ends[1], timeout=30, check=False)
    os.close(ends[1])
    assert done.returncode == 0


@pytest.mark.parametrize("arguments", [[], ["web"], ["left"], ["absent"], ["fresh"], ["file"], [""], ["web", "absent"]])
def test_svok(both, played, tmp_path, arguments):
    played(data=record())
    played("left", record()).leave()
    (tmp_path / "fresh").mkdir()
    (tmp_path / "file").touch()
    both("svok", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [[], ["-u"], ["-"], ["--"], ["-u", "absent"], ["-u", "fresh", "left", "file"], ["--word", "absent"], ["-u", "--", "-d"]],
    ids=" ".join,
)
def test_svc_warnings(both, played, tmp_path, arguments):
    played("left", record()).leave()
    (tmp_path / "fresh").mkdir()
    (tmp_path / "file").touch()
    assert both("svc", *arguments).returncode == 0


@pytest.mark.parametrize(
    "options", [["-u"], ["-dx"], ["-d", "-x"], ["-ududd"], ["-udopchaitkx"], ["-x", "--"], ["-kk", "-u"], []], ids=" ".join
)
def test_svc_writes_what_daemontools_writes(both, played, options):
    one = played()
    both("svc", *options, "web", "web")
    sent = one.letters()
    assert sent[: len(sent) // 2] == sent[len(sent) // 2 :]


@pytest.mark.parametrize("name", ["svc", "svstat"])
def test_an_unreadable_current_directory(bin_dir, tmp_path, name):
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody else")
    reference_program = foreign_program(name, "daemontools")
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o711)
    tmp_path.chmod(0o755)

    def started_by(path):
        return subprocess.run(
            [path, "."], cwd=closed, user=65534, group=65534, extra_groups=[], capture_output=True, timeout=30, check=False
        )

    reference = started_by(reference_program)
    assert reference.returncode == 111
    try:
        ours = started_by(program(name))
    except PermissionError:
        pytest.skip("the programs under test are where only root can reach them")
    assert (ours.returncode, ours.stderr) == (111, reference.stderr)


# svc beyond daemontools


@pytest.mark.parametrize("letter", letters(), ids=lambda letter: letter.name)
def test_svc_takes_every_letter(run, played, letter):
    one = played()
    done = run("svc", f"-{letter.name}", "web")
    assert (done.returncode, done.stderr, one.letters()) == (0, b"", letter.name)


def test_svc_sends_each_letter_once_in_the_order_given(run, played):
    one = played()
    run("svc", "-x0", "-Gx", "-1", "-0d", "web")
    assert one.letters() == "x0G1d"


def test_svc_unknown_letter(run):
    done = run("svc", "-uz", "web")
    assert done.returncode == 100
    first, second = done.stderr.decode().splitlines()
    assert first == "svc: illegal option -- z"
    assert second.startswith(
        "svc options: u up, d down, o once, x exit, p pause, c continue, h hup, a alarm, i interrupt, t term, k kill, "
    )
    assert all(re.search(rf"[ ,]{letter.name} \w", second) for letter in letters())


def test_svc_never_waits_for_a_supervise_that_does_not_read(run, played):
    one = played()
    while True:
        try:
            os.write(one.control, b"c" * 4096)
        except BlockingIOError:
            break
    done = run("svc", "-u", "web")
    assert (done.returncode, done.stderr) == (0, b"svc: warning: error writing commands to web: temporary failure\n")


def test_svc_help_has_the_table(run):
    text = run("svc", "--help").stdout.decode()
    for letter in letters():
        assert f"-{letter.name}  {letter.help}\n" in text


@pytest.mark.parametrize("name", ["svc", "svok", "svstat", "svup", "svwait"])
def test_names(run, name):
    helped = run(name, "--help")
    assert helped.returncode == 0 and helped.stdout.startswith(b"usage: " + name.encode())
    assert run("svtools", name, "--help").stdout == helped.stdout


def test_svtools_alone(run):
    assert run("svtools").returncode == 100
    assert run("svtools", "nothing").returncode == 100


# svstat -l and --json


FULL = {
    "phase": "backoff", "pid": 0, "changed": 1_700_000_000, "wait_status": 3 << 8, "cause": "exited", "starts": 5, "deaths": 4,
    "commands": 2, "readiness": 6, "next_start": 4_000_000_000_500, "text": b'say "hi"\n\xc3\xa4\xff', "flags": ["forking", "adopted"],
}  # fmt: skip


def test_svstat_long(run, played):
    played(data=record(**FULL))
    text = run("svstat", "-l", "web").stdout
    lines = [line.decode("utf-8") for line in text.splitlines()]
    assert re.fullmatch(r"web: down \d+ seconds, normally up, want up", lines[0])
    facts = {line[4:19].rstrip(): line[19:] for line in lines[1:]}
    assert list(facts) == [
        "phase", "want", "since", "ready since", "pid", "starts", "restarts", "deaths", "last end", "next start", "status",
        "supervise pid", "commands", "flags",
    ]  # fmt: skip
    assert re.fullmatch(r"2023-11-14T22:13:20\.000Z \(\d+ s\)", facts.pop("since"))
    assert re.fullmatch(r"2096-10-02T07:06:40\.500Z \(in \d+ ms\)", facts.pop("next start"))
    assert facts == {
        "phase": "backoff", "want": "up", "ready since": "-", "pid": "-", "starts": "5", "restarts": "4", "deaths": "4",
        "last end": "exited with code 3", "status": 'say "hi"?ä?', "supervise pid": "801", "commands": "2",
        "flags": "forking adopted",
    }  # fmt: skip


def test_svstat_long_of_a_failed_service(run, played):
    played(data=record("failed", pid=0, give_up="too many deaths", wait_status=11 | 0x80, cause="dumped"))
    text = run("svstat", "-l", "web").stdout.decode()
    assert "phase          failed (too many deaths)\n" in text
    assert "last end       killed by signal SEGV, core dumped\n" in text


def test_svstat_long_of_a_problem_is_one_line(run, played):
    played(data=record()).leave()
    assert run("svstat", "-l", "web", "absent").stdout.decode().splitlines() == [
        "web: supervise not running",
        "absent: unable to chdir: file does not exist",
    ]


def test_svstat_json(run, played):
    played(data=record(**FULL))
    played("ready", record(ready_since=1_700_000_001, want="d", stop_sent=1))
    web, ready, absent = json.loads(run("svstat", "--json", "web", "ready", "ab\"sent").stdout)
    assert web.pop("seconds") > 80_000_000
    assert web == {
        "dir": "web", "supervised": True, "error": None, "up": False, "ready": False, "phase": "backoff", "give_up": None,
        "want": "up", "normally_up": True, "pid": None, "since": "2023-11-14T22:13:20.000Z", "ready_since": None, "starts": 5,
        "restarts": 4, "deaths": 4, "readiness_changes": 6, "commands": 2,
        "last_end": {"cause": "exited", "code": 3, "signal": None, "text": "exited with code 3"},
        "next_start": "2096-10-02T07:06:40.500Z", "status": 'say "hi"\nä\ufffd', "supervise_pid": 801,
        "flags": ["forking", "adopted"],
    }  # fmt: skip
    assert (ready["up"], ready["ready"], ready["pid"], ready["want"]) == (True, True, 812, "down")
    assert ready["ready_since"] == "2023-11-14T22:13:21.005Z"
    assert ready["flags"] == ["stop-sent"] and ready["last_end"] is None
    assert absent == {"dir": 'ab"sent', "supervised": False, "error": "unable to chdir: file does not exist"}


def test_svstat_json_is_always_json(run, played, tmp_path):
    assert json.loads(run("svstat", "--json").stdout) == []
    strange = os.fsencode(tmp_path) + b"/\xff\x01\\"
    text = run("svstat", "--json", os.fsdecode(strange)).stdout
    assert json.loads(text.decode("utf-8"))[0]["dir"].endswith("/\ufffd\x01\\")
    played(data=record())
    many = run("svstat", "--json", *["web"] * 100)
    assert [one["dir"] for one in json.loads(many.stdout)] == ["web"] * 100


@pytest.mark.parametrize("size", [18, 20])
def test_svstat_knows_what_a_foreign_record_lacks(run, played, size):
    played(data=record()[:size])
    (one,) = json.loads(run("svstat", "--json", "web").stdout)
    assert one["flags"] == ["foreign"] and one["starts"] is None and one["up"] and one["ready"]
    assert "starts         -\n" in run("svstat", "-l", "web").stdout.decode()


def test_svstat_makes_few_system_calls(run, played, tmp_path):
    if with_sanitizers():
        pytest.skip("a sanitizer adds calls of its own")
    strace = foreign_program("strace", "strace")
    played(data=record())
    run("svstat", "-o", tmp_path / "calls", program("svstat"), "web", path=strace)
    calls = [line for line in (tmp_path / "calls").read_text().splitlines() if "(" in line]
    begin = next(i for i, line in enumerate(calls) if '"."' in line)  # before that, the C library starts
    assert len(calls[begin:]) <= 14, "\n".join(calls)


# svup


@pytest.mark.parametrize("phase", status_record.PHASES)
def test_svup(run, played, phase):
    played(data=record(phase, pid=0 if phase in ("down", "backoff", "failed", "skipped", "done") else 812))
    assert run("svup", "web").returncode == (0 if phase in ("up", "ready", "done") else 100)


def test_svup_of_several(run, played):
    played("one", record())
    played("two", record())
    played("off", record("down", pid=0))
    played("left", record()).leave()
    assert run("svup", "one", "two").returncode == 0
    assert run("svup", "one", "off", "two").returncode == 100
    assert run("svup", "one", "left").returncode == 100
    done = run("svup", "absent")
    assert (done.returncode, done.stderr) == (111, b"svup: fatal: unable to chdir to absent: file does not exist\n")
    assert run("svup").returncode == 100


def test_svup_and_loggers(run, played):
    played("web", record())
    played("web/log", record("down", pid=0))
    played("db", record("down", pid=0))
    played("db/log", record())
    played("alone", record())
    codes = {
        (option, name): run("svup", *option.split(), name).returncode for option in ("", "-l", "-L") for name in ("web", "db", "alone")
    }
    assert codes == {
        ("", "web"): 100, ("-l", "web"): 0, ("-L", "web"): 100,
        ("", "db"): 100, ("-l", "db"): 100, ("-L", "db"): 0,
        ("", "alone"): 0, ("-l", "alone"): 0, ("-L", "alone"): 100,
    }  # fmt: skip


# svwait


class Waiting:
    """An svwait that is started and, once this is there, watches."""

    def __init__(self, nursery, cwd, *arguments):
        self.popen = subprocess.Popen(
            [program("svwait"), *map(str, arguments)], cwd=cwd, env=nursery.environment, stderr=subprocess.PIPE
        )
        await_until(lambda: self.popen.poll() is not None or self.sleeps(), what="svwait to wait")

    def sleeps(self):
        """In poll: it has looked at everything."""
        try:
            with open(f"/proc/{self.popen.pid}/syscall", encoding="ascii") as file:
                return file.read().split()[0] in ("7", "73", "271", "22")  # poll or ppoll, on x86-64 and arm64
        except (OSError, IndexError):
            return False

    def still(self):
        return self.popen.poll() is None

    def end(self):
        _, error = self.popen.communicate(timeout=30)
        return self.popen.returncode, error.decode()


@pytest.fixture
def wait(bin_dir, nursery, tmp_path):
    def start(*arguments):
        return Waiting(nursery, tmp_path, *arguments)

    return start


DOWN = record("down", pid=0, want="d")


@pytest.mark.parametrize(
    ("option", "reached"),
    [
        ([], {"up", "ready", "done"}),
        (["-u"], {"up", "ready", "done"}),
        (["-U"], {"ready", "done"}),
        (["-d"], {"down", "finishing", "backoff", "failed", "skipped"}),
        (["-D"], {"down", "failed", "skipped"}),
        (["-f"], {"failed"}),
    ],
    ids=["default", "u", "U", "d", "D", "f"],
)
def test_svwait_on_every_phase(run, played, option, reached):
    for phase in status_record.PHASES:
        played(phase, record(phase, pid=0, want="d"))
    for phase in status_record.PHASES:
        code = run("svwait", *option, "-t", "0", phase).returncode
        assert code == (0 if phase in reached else 99), phase


@pytest.mark.parametrize(("option", "before", "after"), [("-u", DOWN, record("up")), ("-U", record("up"), record()), ("-D", record("backoff", pid=0), DOWN)])
def test_svwait_sees_the_change(wait, played, option, before, after):
    one = played(data=before)
    waiting = wait(option, "web")
    assert waiting.still()
    one.write(after)
    assert waiting.end() == (0, "")


def test_svwait_for_all_and_for_one(wait, played):
    first, second = played("first", DOWN), played("second", DOWN)
    all_of_them, one_of_them = wait("-a", "first", "second"), wait("-o", "first", "second")
    second.write(record())
    assert one_of_them.end() == (0, "")
    assert all_of_them.still()
    second.write(DOWN)
    first.write(record())
    await_until(all_of_them.sleeps)
    assert all_of_them.still(), "all of them means at one time"
    second.write(record())
    assert all_of_them.end() == (0, "")


def test_svwait_for_something_else_of_each(run, wait, played):
    first, second = played("first", DOWN), played("second", DOWN)
    waiting = wait("-U", "first", "-d", "second", "-f", "second", "-o")
    assert waiting.end()[0] == 111, "letters that are no goal stand first"
    waiting = wait("-U", "first", "-d", "second")
    first.write(record())
    assert waiting.end() == (0, "")
    waiting = wait("-o", "-d", "first", "-f", "second")
    second.write(record("failed", pid=0))
    assert waiting.end() == (0, "")
    assert run("svwait", "-u", "-d").returncode == 100, "no directory"


def test_svwait_takes_one_directory_under_two_names(wait, played, tmp_path):
    one = played(data=DOWN)
    (tmp_path / "alias").symlink_to("web")
    waiting = wait("web", "alias", "./web/")
    one.write(record())
    assert waiting.end() == (0, "")


def test_svwait_follows_a_symlinked_supervise_directory(wait, played, tmp_path):
    one = played(data=DOWN)
    one.state.rename(tmp_path / "elsewhere")
    one.state.symlink_to("../elsewhere")
    waiting = wait("web")
    one.write(record())
    assert waiting.end() == (0, "")


def test_svwait_times_out(run, played):
    played("web", DOWN)
    played("other", record())
    begun = time.monotonic()
    done = run("svwait", "-t", "150ms", "web", "other")
    assert 0.15 <= time.monotonic() - begun < 5
    assert done.returncode == 99
    assert done.stderr == b"svwait: warning: web: still down\nsvwait: fatal: timed out\n"


@pytest.mark.parametrize("arguments", [[], ["-t", "5x", "web"], ["-t", "-1", "web"], ["-t"], ["-z", "web"], ["-u"]], ids=" ".join)
def test_svwait_wrong_usage(run, arguments):
    done = run("svwait", *arguments)
    assert done.returncode == 100 and b"usage: svwait" in done.stderr


def test_svwait_without_a_supervise(run, played, tmp_path):
    played("left", record()).leave()
    (tmp_path / "fresh").mkdir()
    for name in ("left", "fresh"):
        done = run("svwait", "-u", "-t", "10s", name)
        assert (done.returncode, done.stderr.decode()) == (111, f"svwait: warning: {name}: supervise not running\n")
    done = run("svwait", "absent")
    assert (done.returncode, done.stderr) == (111, b"svwait: fatal: unable to watch supervise of absent: file does not exist\n")


def test_svwait_for_one_needs_one_supervise(run, wait, played):
    played("left", record()).leave()
    one = played(data=DOWN)
    waiting = wait("-o", "left", "web")
    one.write(record())
    assert waiting.end() == (0, "svwait: warning: left: supervise not running\n")
    assert run("svwait", "-o", "left", "left").returncode == 111


def test_svwait_takes_an_orderly_goodbye_for_down(run, played):
    played("gone", record("down", pid=0, want="d", supervise_pid=0)).leave()
    assert run("svwait", "-D", "gone").returncode == 0
    assert run("svwait", "-d", "gone").returncode == 0
    assert run("svwait", "-u", "gone").returncode == 111


def test_svwait_ends_when_supervise_says_goodbye(wait, played):
    one = played(data=DOWN)
    waiting = wait("-u", "web")
    one.leave()
    one.write(record("down", pid=0, want="d", supervise_pid=0))
    assert waiting.end() == (111, "svwait: warning: web: supervise not running\n")


def test_svwait_outlives_a_supervise_that_is_killed(wait, played, tmp_path):
    one = played(data=record("up"))
    waiting = wait("-U", "web")
    one.leave()
    one.write(record("up", supervise_pid=801))
    await_until(waiting.sleeps)
    assert waiting.still()
    held = os.open(one.state / "ok", os.O_RDONLY | os.O_NONBLOCK)
    one.write(record())
    assert waiting.end() == (0, "")
    os.close(held)


def test_svwait_gives_up_on_a_service_that_gives_up(wait, played):
    one = played(data=record("up"))
    waiting = wait("-U", "web")
    one.write(record("failed", pid=0))
    assert waiting.end() == (1, "svwait: warning: web: gave up: phase failed\n")


def test_svwait_waits_for_a_service_that_had_failed_before(wait, played):
    one = played(data=record("failed", pid=0))
    waiting = wait("-u", "web")
    one.write(record("up"))
    assert waiting.end() == (0, "")


def test_svwait_notices_that_the_directory_is_removed(wait, played):
    one = played(data=DOWN)
    waiting = wait("-u", "web")
    one.leave()
    shutil.rmtree(one.state)
    assert waiting.end() == (111, "svwait: warning: web: its supervise directory was removed\n")


def test_svwait_sleeps(wait, played):
    """No wake-up while nothing happens, and one inotify instance for all services."""
    names = [f"s{i}" for i in range(50)]
    services = [played(name, DOWN) for name in names]
    waiting = wait(*names)

    def switches():
        with open(f"/proc/{waiting.popen.pid}/status", encoding="ascii") as file:
            return re.search(r"^voluntary_ctxt_switches:\s*(\d+)", file.read(), re.MULTILINE)[1]

    before = switches()
    assert stays(lambda: switches() == before, 0.3)
    links = [os.readlink(f"/proc/{waiting.popen.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{waiting.popen.pid}/fd")]
    assert sum("inotify" in link for link in links) == 1
    for one in services:
        one.write(record())
    assert waiting.end() == (0, "")


def test_svwait_loses_no_change_in_a_storm(wait, played):
    """Many changes, more than the kernel's queue remembers one by one or the reader can follow; the last one counts."""
    one = played(data=DOWN)
    for _ in range(10):
        one.write(DOWN)
        waiting = wait("-u", "web")
        for _ in range(300):
            one.write(DOWN)
        one.write(record())
        assert waiting.end() == (0, "")


# With a real supervise


def test_up_down_and_the_rest(service, run):
    one = service({"run": RUNS})
    assert run("svwait", "-U", "-t", "10s", "web").returncode == 0
    assert run("svok", "web").returncode == 0
    assert run("svup", "web").returncode == 0
    assert re.fullmatch(rb"web: up \(pid \d+\) \d+ seconds\n", run("svstat", "web").stdout)
    assert run("svc", "-d", "web").returncode == 0
    assert run("svwait", "-D", "-t", "10s", "web").returncode == 0
    assert re.fullmatch(rb"web: down \d+ seconds, normally up\n", run("svstat", "web").stdout)
    run("svc", "-u", "web")
    assert run("svwait", "-U", "-t", "10s", "web").returncode == 0
    (seen,) = json.loads(run("svstat", "--json", "web").stdout)
    now = one.status()
    assert (seen["pid"], seen["phase"], seen["starts"], seen["restarts"]) == (now.pid, now.phase, 2, 1)
    assert seen["supervise_pid"] == one.supervise_pid
    assert seen["last_end"]["signal"] == "TERM"
    run("svc", "-dx", "web")
    assert run("svwait", "-D", "-t", "10s", "web").returncode == 0
    assert one.await_exit() == 0
    assert run("svok", "web").returncode == 100
    assert run("svstat", "web").stdout == b"web: supervise not running\n"


def test_svstat_says_the_same_as_daemontools_of_our_supervise(service, run):
    foreign = foreign_program("svstat", "daemontools")
    one = service({"run": RUNS, "down": ""})

    def same():
        ours, theirs, again = (run("svstat", "web", path=path).stdout for path in (None, foreign, None))
        return ours == theirs == again  # else a second has just passed

    for command, phase in (("u", "ready"), ("p", "ready"), ("c", "ready"), ("d", "down"), ("o", "ready"), ("d", "down")):
        one.command(command)
        one.await_phase(phase)
        await_until(same, what=f"the same words after {command}")


def test_svwait_until_ready_not_just_up(service, wait):
    one = service({"run": recorded("await go", "write 3 ready", "wait"), "notification-fd": "3"})
    one.await_phase("up")
    waiting = wait("-U", "-t", "10s", "web")
    assert waiting.still()
    one.touch("go")
    assert waiting.end() == (0, "")


def test_svwait_learns_that_a_service_gives_up(service, wait):
    tally = {"max-death-tally": "2 60", "restart-delay": "1 1 1"}
    one = service({"run": recorded("if-exists go", "exit 1", "wait"), "notification-fd": "3", **tally})
    one.await_phase("up")
    waiting = wait("-U", "-t", "10s", "web")
    one.touch("go")
    one.send("k")
    assert waiting.end()[0] == 1


def test_svwait_outlives_the_death_of_supervise(service, wait):
    one = service({"run": RUNS})
    one.await_phase("ready")
    waiting = wait("-D", "-t", "20s", "web")
    one.kill_supervise()
    one.start()
    assert waiting.still()
    one.send("d")
    assert waiting.end() == (0, "")


def test_daemontools_supervise(nursery, tmp_path, run, wait):
    """Our clients on daemontools' own supervise."""
    foreign = foreign_program("supervise", "daemontools")
    (tmp_path / "web").mkdir()
    script = tmp_path / "web" / "run"
    script.write_text("#!/bin/sh\nexec sleep 1000\n")
    script.chmod(0o755)
    with subprocess.Popen([foreign, "web"], cwd=tmp_path, env=nursery.environment) as supervise:
        await_until(lambda: run("svok", "web").returncode == 0)
        assert run("svwait", "-u", "-t", "10s", "web").returncode == 0
        assert run("svup", "web").returncode == 0
        waiting = wait("-D", "-t", "10s", "web")
        run("svc", "-d", "web")
        assert waiting.end() == (0, "")
        waiting = wait("-U", "-t", "10s", "web")
        run("svc", "-u", "web")
        assert waiting.end() == (0, "")
        run("svc", "-dx", "web")
        assert run("svwait", "-D", "-t", "10s", "web").returncode == 0
        assert supervise.wait(10) == 0
    assert run("svwait", "-D", "-t", "10s", "web").returncode == 0
