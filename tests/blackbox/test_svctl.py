"""svctl by its command line: status against crafted records and real supervises, logs, init, new, check."""

import errno
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import threading
import time

import pytest

from support import orphans, processes, status_record
from support.awaiting import await_until
from support.paths import SOURCE, foreign_program, program, with_sanitizers
from support.service import RUNS, Service, recorded, shell, write_files

TREE = "00112233445566778899aabbccddeeff"
BOOT = open("/proc/sys/kernel/random/boot_id", encoding="ascii").read().strip()


# Crafting what a supervise and a multilog write


def tai64n(seconds):
    whole = int(seconds)
    return struct.pack(">QI", 2**62 + 10 + whole, int((seconds - whole) * 1e9))


def label(seconds):
    return "@" + tai64n(seconds).hex()


def record(**fields):
    """256 bytes of supervise/status; what is not given is that of a healthy service run by this test process."""
    now = time.time()
    value = dict(
        changed=now - 100, pid=os.getpid(), paused=0, want=ord("u"), stop_sent=0, phase="ready", ready_since=now - 99,
        supervise_pid=os.getpid(), main_start=processes.start_time(os.getpid()),
        supervise_start=processes.start_time(os.getpid()), wait_status=0, cause="none", flags=0, give_up=0, stage=0,
        starts=1, deaths=0, tree=TREE, next_start=0, text=b"",
    )
    value.update(fields)
    run_state = 1 if value["pid"] else 0
    data = tai64n(value["changed"]) + struct.pack("<IBBBB", value["pid"], value["paused"], value["want"], value["stop_sent"], run_state)
    data += b"rv" + bytes([1, status_record.PHASES.index(value["phase"])])
    data += tai64n(value["ready_since"]) if value["ready_since"] else bytes(12)
    data += struct.pack("<IQQI", value["supervise_pid"], value["main_start"], value["supervise_start"], value["wait_status"])
    data += bytes([status_record.CAUSES.index(value["cause"]), value["flags"], value["give_up"], value["stage"]])
    data += struct.pack("<4Q", value["starts"], value["deaths"], 0, 0) + bytes.fromhex(value["tree"])
    data += struct.pack("<QQ", value["next_start"], 0) + value["text"].ljust(128, b"\0")
    assert len(data) == 256
    return data


def death(when, pid, wait_status, uptime_ms, cause):
    data = tai64n(when) + struct.pack("<IIQB", pid, wait_status, uptime_ms, status_record.CAUSES.index(cause))
    return data.ljust(32, b"\0")


class Tree:
    def __init__(self, path, environment):
        self.path = path
        self.environment = environment
        path.mkdir()

    def add(self, name, files=None, status=None):
        write_files(self.path / name, {"run": RUNS, **(files or {})})
        if status is not None:
            write_files(self.path / name, {"supervise/status": status})
        return self.path / name

    def svctl(self, *words, code=0, environment=None, directory=None):
        """stdout of svctl; the exit code is checked, stderr kept in .stderr."""
        done = subprocess.run(
            [program("svctl"), "-C", str(directory or self.path), *map(str, words)],
            capture_output=True, timeout=20, check=False, env={**self.environment, "TZ": "UTC", **(environment or {})},
        )
        self.stderr = done.stderr.decode()
        assert done.returncode == code, f"{done.returncode}: {done.stdout.decode()} {self.stderr}"
        return done.stdout.decode()

    def json(self, *words, **options):
        return json.loads(self.svctl(*words, "--json", **options))

    def status(self, name):
        (one,) = self.json("status", name)["services"]
        return one

    def row(self, name):
        for line in self.svctl("status").splitlines():
            if line.split()[:1] == [name]:
                return line
        return None


@pytest.fixture
def tree(bin_dir, nursery, tmp_path):
    one = Tree(tmp_path / "scan", nursery.environment)
    write_files(one.path, {".svscan/tree": f"{TREE} {BOOT}\n"})
    return one


# status


def test_table_shows_every_phase_in_words(tree):
    for phase in status_record.PHASES:
        tree.add(phase, status=record(phase=phase))
    lines = tree.svctl("status").splitlines()
    assert lines[0].split() == ["NAME", "PHASE", "SINCE", "PID", "RESTARTS", "LAST", "END", "CPU", "MEMORY", "WANT", "REMARK"]
    assert [line.split()[:3] for line in lines[1:]] == [[name, name, "1m"] for name in sorted(status_record.PHASES)]
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    "cause, wait_status, words",
    [("exited", 0, "exit 0"), ("exited", 7 << 8, "exit 7"), ("killed", 9, "signal KILL"), ("dumped", 11 | 128, "signal SEGV (core)"),
     ("timeout", 9, "timeout"), ("watchdog", 6, "watchdog"), ("health", 15, "health"), ("failed", 0, "start failed"), ("unknown", 0, "unknown")],
)
def test_last_end_in_words(tree, cause, wait_status, words):
    tree.add("web", status=record(cause=cause, wait_status=wait_status, starts=4, deaths=3))
    assert f" 3  {words} " in tree.row("web")
    one = tree.status("web")
    assert one["last_end"]["cause"] == cause and one["last_end"]["text"] == words
    assert one["restarts"] == 3 and one["deaths"] == 3


def test_backoff_shows_the_next_start(tree):
    tree.add("web", status=record(phase="backoff", pid=0, ready_since=0, next_start=int((time.time() + 60) * 1000)))
    assert "next start in 5" in tree.row("web")
    assert tree.status("web")["next_start"].endswith("Z")


def test_failed_says_why(tree):
    tree.add("web", status=record(phase="failed", pid=0, give_up=3))
    assert "too many deaths" in tree.row("web")
    assert tree.status("web")["give_up"] == "too many deaths"


def test_a_supervise_that_is_gone_is_shown_as_such(tree):
    gone = subprocess.Popen(["true"])
    gone.wait()
    tree.add("dead", status=record(pid=0, supervise_pid=gone.pid))
    tree.add("recycled", status=record(supervise_start=1))
    tree.add("ended", status=record(pid=0, supervise_pid=0, phase="down"))
    tree.add("never")
    assert "unsupervised" in tree.row("dead") and "supervise died" in tree.row("dead")
    assert f"supervise died, pid {os.getpid()} runs on" in tree.row("recycled")
    assert "supervise has ended" in tree.row("ended")
    assert "no supervise has run here" in tree.row("never")
    assert [one["supervision"] for one in tree.json("status")["services"]] == ["died", "ended", "never", "died"]


def test_records_of_another_tree_or_boot_are_ignored(tree):
    tree.add("other", status=record(tree="ff" * 16))
    tree.add("own", status=record())
    tree.add("byhand", status=record(tree=BOOT.replace("-", "")))
    states = {one["name"]: one["supervision"] for one in tree.json("status")["services"]}
    assert states == {"byhand": "running", "other": "other-tree", "own": "running"}
    assert tree.status("other")["pid"] is None
    write_files(tree.path, {".svscan/tree": f"{TREE} 11111111-2222-3333-4444-555555555555\n"})
    assert tree.status("own")["supervision"] == "other-tree"
    assert tree.status("byhand")["supervision"] == "running"


def test_a_supervise_of_another_tree_is_named(tree, nursery):
    service = Service(tree.path / "web", nursery.environment, {"run": RUNS})
    service.start("-t", "ff" * 16)
    try:
        await_until(lambda: "held by a supervise of another tree" in tree.row("web"))
        assert tree.status("web")["supervision"] == "other-tree"
    finally:
        service.stop()


def test_a_record_of_runit_or_daemontools_is_read(tree):
    tree.add("old", status=record()[:18])
    assert tree.status("old")["supervision"] == "died"  # nobody reads supervise/ok


@pytest.mark.parametrize(
    "content",
    [b"", b"x" * 17, b"\xff" * 256, record(phase="ready")[:20] + b"rv\x01\xff" + bytes(232)],
    ids=["empty", "short", "ones", "unknown phase"],  # the record holds the time: its bytes make no stable name
)
def test_a_damaged_record_is_no_crash(tree, content):
    tree.add("web", status=content)
    assert "unreadable" in tree.row("web")
    assert "protocol" in tree.row("web").lower() or "supervise/status" in tree.row("web")


def test_usage_is_summed_over_the_process_tree(tree, nursery):
    parent = subprocess.Popen(["sh", "-c", "sleep 100 & sleep 100 & wait"], env=nursery.environment, start_new_session=True)
    try:
        await_until(lambda: len(open(f"/proc/{parent.pid}/task/{parent.pid}/children").read().split()) == 2)
        tree.add("web", status=record(pid=parent.pid, main_start=processes.start_time(parent.pid)))
        # supervise is the test process here, so its other children would count too: take one that has none.
        one = tree.status("web")
        assert one["processes"] >= 3 and one["memory_bytes"] > 100_000 and one["cpu_ms"] >= 0
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()
        await_until(lambda: not any(processes.alive(pid) for pid in nursery.processes()))


def test_the_whole_picture(tree):
    now = time.time()
    tree.add("db")
    tree.add("net", {"required-by/web": ""})
    web = tree.add(
        "web",
        {"requires/db": "", "after/gone": "", "timeout-kill": "500\n", "restart": "always\n", "restart-delay": "x\n", "down": "",
         "log/run": RUNS, "log/main/current": "".join(f"{label(now - 20 + i)} line {i}\n" for i in range(15))},
        record(text="serving \x1b[31mäö".encode(), starts=3, deaths=2, cause="exited", wait_status=256),
    )
    deaths = death(now - 500, 11, 256, 1500, "exited") + bytes(32) + death(now - 400, 12, 9, 60_000, "timeout")
    write_files(web, {"supervise/deaths": deaths})
    text = tree.svctl("status", "web")
    assert re.search(r"^web  ready since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \(1m 4\ds\)$", text, re.M)
    assert "serving \\x1b[31mäö" in text
    assert f"pid        {os.getpid()} (supervise {os.getpid()})" in text
    assert "want       up, normally down" in text
    assert "2 (3 starts, 2 deaths)" in text
    assert re.search(r"^  requires  db    web/requires/db$", text, re.M)
    assert re.search(r"^  requires  net   net/required-by/web$", text, re.M)
    assert re.search(r"^  after     gone  web/after/gone, which does not exist$", text, re.M)
    assert re.search(r"^  timeout-kill +500  default 30000$", text, re.M)
    assert re.search(r"^  restart-delay +x  not valid", text, re.M)
    assert not re.search(r"^  restart +always", text, re.M)
    assert text.index("timeout (signal KILL)") < text.index("exit 1  pid 11 after 1.5s")
    assert "line 14" in text and "line 5" in text and "line 4" not in text
    one = tree.status("web")
    assert [entry["end"]["text"] for entry in one["last_deaths"]] == ["timeout", "exit 1"]
    assert {"relation": "requires", "other": "net", "origin": "net/required-by/web", "other_exists": True} in one["relations"]
    assert one["last_lines"][-1]["text"] == "line 14" and len(one["last_lines"]) == 10
    assert one["status_text"] == "serving \x1b[31mäö"


def test_unknown_names_fail_with_a_suggestion(tree):
    tree.add("database")
    assert tree.svctl("status", "databse", code=1) == ""
    assert "did you mean database?" in tree.stderr
    tree.svctl("status", "zzz*", code=1)
    assert "matches" in tree.stderr
    tree.svctl("status", "../scan/database", code=1)


def test_several_names_and_patterns_give_a_table(tree):
    for name in ("web", "web2", "db"):
        tree.add(name)
    assert [line.split()[0] for line in tree.svctl("status", "db", "web*").splitlines()] == ["NAME", "db", "web", "web2"]


def test_loggers_are_shown_when_asked_for_or_not_fine(tree):
    tree.add("web", {"log/run": RUNS}, record())
    tree.add("web/log", status=record())
    tree.add("db", {"log/run": RUNS}, record())
    tree.add("db/log", status=record(phase="backoff", pid=0))
    names = lambda *words: [line.split()[0] for line in tree.svctl("status", *words).splitlines()[1:]]
    assert names() == ["db", "db/log", "web"]
    assert names("--all") == ["db", "db/log", "web", "web/log"]
    assert tree.status("web/log")["logger"] is True


def test_an_empty_and_a_missing_directory(tree, tmp_path):
    assert "no services" in tree.svctl("status")
    assert tree.json("status") == {"v": 1, "scan_directory": str(tree.path), "tree": TREE, "services": []}
    tree.svctl("status", code=111, directory=tmp_path / "none")
    assert "svctl init" in tree.stderr


def test_default_directory(tree):
    tree.add("web")
    environment = {**tree.environment, "SVCTL_DIR": str(tree.path)}
    run = lambda env: subprocess.run([program("svctl"), "status", "--json"], env=env, capture_output=True, check=False, timeout=20)
    assert json.loads(run(environment).stdout)["scan_directory"] == str(tree.path)
    home = tree.path.parent / "home"
    (home / "service").mkdir(parents=True)
    if not os.path.isdir("/service"):
        assert json.loads(run({**tree.environment, "HOME": str(home)}).stdout)["scan_directory"] == str(home / "service")


def on_terminal(arguments, environment, columns=80):
    """What a program prints on a terminal so wide."""
    leader, follower = pty.openpty()
    import fcntl
    import termios
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=follower, env=environment)
    os.close(follower)
    out = b""
    try:
        while True:
            got = os.read(leader, 65536)
            if not got:
                break
            out += got
    except OSError as error:
        assert error.errno == errno.EIO  # all other ends are closed
    os.close(leader)
    assert child.wait(timeout=20) == 0
    return out.decode().replace("\r\n", "\n")


def test_colours_on_a_terminal_only_and_never_with_no_color(tree):
    tree.add("web", status=record())
    arguments = [program("svctl"), "-C", str(tree.path), "status"]
    assert "\x1b[32mready\x1b[0m" in on_terminal(arguments, {**tree.environment, "TERM": "xterm"})
    assert "\x1b" not in on_terminal(arguments, {**tree.environment, "TERM": "xterm", "NO_COLOR": "1"})
    assert "\x1b" not in on_terminal(arguments, {**tree.environment, "TERM": "dumb"})
    assert "\x1b" not in tree.svctl("status")
    assert "\x1b[32m" in tree.svctl("status", "--color=always", environment={"NO_COLOR": "1"})
    tree.svctl("--color=sometimes", "status", code=100)


@pytest.mark.parametrize("columns", [24, 40, 60, 80, 132])
def test_narrow_terminals(tree, columns):
    tree.add("a-service-with-a-name-of-some-length", status=record(text="日本語 " * 10 and "日本語の説明".encode()))
    tree.add("web", status=record())
    arguments = [program("svctl"), "-C", str(tree.path), "status", "--color=never"]
    out = on_terminal(arguments, {**tree.environment, "TERM": "xterm"}, columns)
    for line in out.splitlines():
        assert len(line) <= columns
    assert "PHASE" in out and "ready" in out


def test_status_of_a_real_supervise(tree, nursery):
    service = Service(tree.path / "web", nursery.environment, {"run": RUNS})
    service.start()
    try:
        await_until(lambda: tree.status("web")["phase"] == "ready")
        one = tree.status("web")
        assert one["supervise_pid"] == service.supervise_pid and one["pid"] and one["supervision"] == "running"
        assert one["processes"] == 1 and one["memory_bytes"] > 0
    finally:
        service.stop()
    assert tree.status("web")["supervision"] == "ended"


# logs


def two_logs(tree, now):
    tree.add("web", {"log/run": RUNS, f"log/main/{label(now - 50)}.s": f"{label(now - 60)} w1\n", "log/main/current": f"{label(now - 30)} w2\n  more\n"})
    tree.add("db", {"log/run": RUNS, "log/main/current": f"{label(now - 40)} d1\n{label(now - 20)} d2\n"})


def test_logs_are_merged_by_time(tree):
    now = int(time.time())
    two_logs(tree, now)
    utc = time.strftime("%Y-%m-%d %H:%M:%S.000", time.gmtime(now - 60))
    lines = tree.svctl("logs").splitlines()
    assert lines[0] == f"{utc} web: w1"
    assert [line.split(None, 2)[-1] if not line.startswith(" ") else line.strip() for line in lines] == [
        "web: w1", "db:  d1", "web: w2", "web:   more", "db:  d2"]
    assert lines[3].startswith(" " * 24 + "web: ")
    assert [line.partition(": ")[2].strip() for line in tree.svctl("logs", "-n", "2").splitlines()] == ["more", "d2"]
    assert tree.svctl("logs", "web", "--raw").splitlines()[0] == f"web: {label(now - 60)} w1"
    assert len(tree.svctl("logs", "--since", "35s").splitlines()) == 3
    assert tree.svctl("logs", "--utc", "db").splitlines()[0].split()[1].endswith("Z")
    objects = [json.loads(line) for line in tree.svctl("logs", "--json").splitlines()]
    assert [one["text"] for one in objects] == ["w1", "d1", "w2", "  more", "d2"]
    assert objects[0]["stamp"] == label(now - 60) and objects[3]["time"] is None


def test_logs_wrong_usage(tree):
    tree.add("web")
    tree.svctl("logs", "-n", "x", code=100)
    tree.svctl("logs", "--since", "soon", code=100)
    tree.svctl("logs", "wb", code=1)


def test_a_service_without_a_logger_has_the_catch_all(tree):
    now = time.time()
    write_files(tree.path, {".svscan/log": {"run": RUNS, "main/current": f"{label(now)} from somewhere\n"}})
    tree.add("web")
    assert "from somewhere" in tree.svctl("logs", "web")
    assert "no logger of its own" in tree.stderr
    assert tree.status("web")["log_is_shared"] is True


def test_logs_where_the_run_script_says(tree, tmp_path):
    write_files(tmp_path / "elsewhere", {"current": f"{label(time.time())} found\n"})
    tree.add("web", {"log/run": shell(f"exec multilog t {tmp_path}/elsewhere")})
    assert "found" in tree.svctl("logs", "web")


class Follower:
    """svctl logs -f, and what it has printed."""

    def __init__(self, tree, *words):
        self.popen = orphans.own(subprocess.Popen(
            [program("svctl"), "-C", str(tree.path), "logs", "-f", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=tree.environment))
        self.text = ""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while got := os.read(self.popen.stdout.fileno(), 65536):
            self.text += got.decode()

    def await_text(self, text):
        await_until(lambda: text in self.text, what=lambda: f"{text!r} in {self.text!r}")

    def end(self):
        self.popen.terminate()
        self.popen.wait(timeout=10)
        orphans.disown(self.popen)
        self.reader.join()
        self.popen.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def test_following_over_rotation_and_new_services(tree):
    now = int(time.time())
    two_logs(tree, now)
    main = tree.path / "web" / "log" / "main"
    with Follower(tree) as logs:
        logs.await_text("d2")
        for number in range(5):
            with open(main / "current", "a", encoding="ascii") as current:
                current.write(f"{label(now + number)} before {number}\n")
            (main / "current").rename(main / f"{label(now + number)}.s")
            (main / "current").write_text(f"{label(now + number)} after {number}\n", encoding="ascii")
        logs.await_text("after 4")
        tree.add("later", {"log/run": RUNS})
        write_files(tree.path / "later" / "log" / "main", {"current": ""})
        with open(tree.path / "later" / "log" / "main" / "current", "a", encoding="ascii") as current:
            current.write(f"{label(now + 9)} from a new service\n")
        logs.await_text("from a new service")
        texts = [line.split(": ")[1].strip() for line in logs.text.splitlines()]
        assert [text for text in texts if "before" in text or "after" in text] == [f"{word} {n}" for n in range(5) for word in ("before", "after")]


def test_following_finds_a_log_that_comes_in_steps(tree):
    now = time.time()
    catch_all = tree.path / ".svscan" / "log" / "main" / "current"
    write_files(tree.path, {".svscan/log": {"run": RUNS, "main/current": f"{label(now)} begin\n"}})
    with Follower(tree) as logs:
        def await_reaction(word):
            with open(catch_all, "a", encoding="ascii") as current:
                current.write(f"{label(now)} {word}\n")
            logs.await_text(word)

        logs.await_text("begin")
        tree.add("web")  # without a log, so that its lines would be in the catch-all's
        await_reaction("one")
        own = tree.path / "web" / "log"
        own.mkdir()
        await_reaction("two")
        (own / "current").write_text(f"{label(now)} first\n", encoding="ascii")
        logs.await_text("first")
        with open(own / "current", "a", encoding="ascii") as current:
            current.write(f"{label(now)} second\n")  # in a directory that was watched for another reason
        logs.await_text("second")


@pytest.mark.parametrize("how", ["rm", "mv"])
def test_following_finds_a_log_directory_that_is_made_anew(tree, how):
    now = time.time()
    tree.add("web", {"log/run": RUNS})
    main = tree.path / "web" / "log" / "main"
    write_files(main, {"current": f"{label(now)} before\n"})
    with Follower(tree) as logs:
        logs.await_text("before")
        if how == "rm":
            shutil.rmtree(main)
        else:
            main.rename(tree.path / "web" / "log" / "old")
        await_until(lambda: processes.state(logs.popen.pid) == "S")  # it may see a moment without
        write_files(main, {"current": f"{label(now)} after\n"})
        logs.await_text("after")
        with open(main / "current", "a", encoding="ascii") as current:
            current.write(f"{label(now)} later\n")
        logs.await_text("later")
        assert [line.split()[-1] for line in logs.text.splitlines()] == ["before", "after", "later"]


def test_following_finds_a_current_that_comes_later_than_its_directory(tree):
    now = time.time()
    tree.add("web", {"log/run": RUNS, "log/own/notes": ""})
    with Follower(tree) as logs:
        await_until(lambda: processes.state(logs.popen.pid) == "S")
        (tree.path / "web" / "log" / "own" / "current").write_text(f"{label(now)} first\n", encoding="ascii")
        logs.await_text("first")


def test_following_a_real_multilog_loses_nothing(tree, nursery):
    multilog = foreign_program("multilog", "daemontools")
    tree.add("web", {"log/run": RUNS})
    logger = orphans.own(subprocess.Popen([multilog, "t", "s4096", "n1000", "./main"], stdin=subprocess.PIPE, cwd=tree.path / "web" / "log", env=nursery.environment))
    try:
        with Follower(tree, "-n", "all") as logs:
            for number in range(3000):
                logger.stdin.write(f"line {number} {'x' * 40}\n".encode())
            logger.stdin.close()
            assert logger.wait(timeout=20) == 0
            logs.await_text("line 2999 ")
            assert [int(number) for number in re.findall(r"line (\d+) ", logs.text)] == list(range(3000))
    finally:
        orphans.disown(logger)
    assert [int(number) for number in re.findall(r"line (\d+) ", tree.svctl("logs"))] == list(range(3000))
    assert [int(number) for number in re.findall(r"line (\d+) ", tree.svctl("logs", "-n", "700"))] == list(range(2300, 3000))


def test_following_does_not_wake_up_while_nothing_happens(tree):
    two_logs(tree, int(time.time()))
    with Follower(tree) as logs:
        logs.await_text("d2")
        await_until(lambda: processes.state(logs.popen.pid) == "S")
        switches = lambda: [line for line in open(f"/proc/{logs.popen.pid}/status", encoding="ascii") if "ctxt_switches" in line]
        before = switches()
        time.sleep(0.3)  # what must not happen has this long to happen
        assert switches() == before


@pytest.mark.skipif(with_sanitizers(), reason="a sanitizer keeps memory of its own")
def test_memory_stays_bounded(tree):
    line = f"{label(1_700_000_000)} {'x' * 90}\n".encode()
    tree.add("web", {"log/run": RUNS, "log/main/current": ""})
    with open(tree.path / "web" / "log" / "main" / "current", "wb") as current:
        for _ in range(500):
            current.write(line * 1000)  # 58 MB
    with subprocess.Popen([program("svctl"), "-C", str(tree.path), "logs"], stdout=subprocess.PIPE, env=tree.environment) as child:
        received = 0
        while received < 50_000_000:
            received += len(os.read(child.stdout.fileno(), 1 << 20))
        status = open(f"/proc/{child.pid}/status", encoding="ascii").read()
        while os.read(child.stdout.fileno(), 1 << 20):
            pass
    assert child.returncode == 0
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < 12_000


# init and new


def test_from_nothing_to_a_running_service_and_its_log(tree, nursery, tmp_path):
    foreign_program("multilog", "daemontools")  # ours, if it is there, is found first
    scan = tmp_path / "fresh"
    tree.svctl("init", scan)
    with open(tmp_path / "svscan.stderr", "wb") as errors:
        svscan = orphans.own(subprocess.Popen([program("svscan"), str(scan)], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                                              env=nursery.environment, start_new_session=True))
    try:
        tree.svctl("new", "web", "--logger", "--", "sh", "-c", "echo it runs; exec sleep 1000", directory=scan)
        states = lambda: {one["name"]: one["phase"] for one in tree.json("status", "--all", directory=scan)["services"]}
        await_until(lambda: states().get("web") == states().get("web/log") == states().get(".svscan/log") == "ready", what=states)
        await_until(lambda: "web: it runs" in tree.svctl("logs", "web", directory=scan))
        svscan.terminate()
        await_until(lambda: svscan.poll() is not None)
        assert states()["web"] == "unsupervised"
    finally:
        if svscan.poll() is None:
            svscan.kill()
            svscan.wait()
        orphans.disown(svscan)


def test_init_makes_a_scan_directory(tree, tmp_path):
    where = tmp_path / "a b" / "scan"
    out = tree.svctl("init", where)
    assert f"svscan '{where}' &" in out
    assert (where / "default" / "target").is_file()
    run = where / ".svscan" / "log" / "run"
    assert run.read_text().startswith("#!/bin/sh\nexec ") and "multilog t ./main" in run.read_text() and os.access(run, os.X_OK)
    engine = where / "depengine"
    assert (engine / "run").read_text() == "#!/bin/sh\nexec 2>&1\nexec depengine ..\n" and os.access(engine / "run", os.X_OK)
    assert sorted(os.listdir(engine)) == ["early", "keep-on-isolate", "run"] and os.stat(where / ".depengine").st_mode & 0o777 == 0o700
    stop = where / ".svscan" / "stop"
    assert stop.read_text() == "#!/bin/sh\nexec svctl -C . shutdown --wait --services\n" and os.access(stop, os.X_OK)
    assert "no problems" in tree.svctl("check", where)
    tree.svctl("init", where, code=2)
    run.write_text("mine")
    shutil.rmtree(where / "default")
    assert "kept" in tree.svctl("init", "--force", where)
    assert run.read_text() == "mine" and (where / "default" / "target").is_file()
    (tmp_path / "file").touch()
    tree.svctl("init", tmp_path / "file", code=2)


def test_new_runs_what_was_typed(tree, tmp_path):
    arguments = ["", "a b", "it's", "$HOME", "`x`", "\\", "*", "a\nb", "-n", "--", "ü"]
    tree.svctl("new", "web", "--", "/usr/bin/printf", "%s|", *arguments)
    ran = subprocess.run([str(tree.path / "web" / "run")], capture_output=True, check=True, cwd=tree.path / "web")
    assert ran.stdout.decode() == "|".join(arguments) + "|"
    assert tree.svctl("check").startswith("no problems")


def test_new_with_everything(tree):
    tree.add("db")
    tree.svctl("new", "web", "--logger", "--needs", "db", "--needs", "cache", "--down", "--user", "nobody", "--", "sleep", "1")
    assert "there is no service cache yet" in tree.stderr
    web = tree.path / "web"
    assert (web / "run").read_text() == "#!/bin/sh\nexec 2>&1\nexec setuidgid nobody sleep 1\n"
    assert sorted(os.listdir(web)) == ["down", "log", "requires", "run"]
    assert sorted(os.listdir(web / "requires")) == ["cache", "db"] and os.path.getsize(web / "requires" / "db") == 0
    assert (web / "log" / "run").read_text().endswith("multilog t ./main\n")
    assert os.stat(web / "run").st_mode & 0o777 == 0o755


def test_new_dir_option_and_relative_commands(tree, tmp_path):
    server = tmp_path / "server"
    server.write_text(shell("echo here"))
    server.chmod(0o755)
    done = subprocess.run([program("svctl"), "new", "web", "--dir", str(tree.path), "--", "./server"], cwd=tmp_path, env=tree.environment, capture_output=True, check=False)
    assert done.returncode == 0 and done.stderr == b""
    assert (tree.path / "web" / "run").read_text().endswith(f"exec {server}\n")


@pytest.mark.parametrize("name", ["no name", "a/b", ".hidden", "x" * 129, "ä", "..", ""])
def test_new_refuses_invalid_names(tree, name):
    tree.svctl("new", name, "--", "true", code=2)
    assert os.listdir(tree.path) == [".svscan"]


def test_new_refuses_what_is_there_and_warns_of_what_is_not(tree):
    tree.add("web")
    tree.svctl("new", "web", "--", "true", code=2)
    tree.svctl("new", "self", "--needs", "self", "--", "true", code=2)
    tree.svctl("new", "nothing", code=100)
    tree.svctl("new", "nothing", "--", "", code=100)
    tree.svctl("new", "other", "--", "no-such-command-anywhere")
    assert "not found in $PATH" in tree.stderr
    assert sorted(os.listdir(tree.path)) == [".svscan", "other", "web"]


def test_new_appears_whole(tree):
    """Whoever watches sees one MOVED_TO, and nothing that svscan would look at before."""
    seen = []
    done = threading.Event()

    def watch():
        while not done.is_set():
            for name in os.listdir(tree.path):
                if not name.startswith("."):
                    seen.append(sorted(os.listdir(tree.path / name)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(20):
        tree.svctl("new", f"web{number}", "--logger", "--needs", "db", "--down", "--", "sleep", "1")
    done.set()
    watcher.join()
    assert all(entries == ["down", "log", "requires", "run"] for entries in seen)
    assert [name for name in os.listdir(tree.path) if name.startswith(".")] == [".svscan"]


def test_a_supervise_in_another_pid_namespace_is_no_dead_one(tree):
    """Its pid on record means nothing here, or another process; but supervise/ok has a reader."""
    web = tree.add("web", status=record(phase="ready", pid=2**22 + 7, supervise_pid=2**22 + 6))
    os.mkfifo(web / "supervise" / "ok")
    assert tree.status("web")["supervision"] == "died"
    reader = os.open(web / "supervise" / "ok", os.O_RDONLY | os.O_NONBLOCK)
    try:
        seen = tree.status("web")
        assert (seen["supervision"], seen["phase"], seen["pid"], seen["supervise_pid"]) == ("running", "ready", None, None)
        assert "in another pid namespace" in tree.row("web")
    finally:
        os.close(reader)


# check


def test_check_knows_the_pid_file_of_a_forking_service(tree):
    tree.add("web", {"forking": "run/../web.pid\n", "web.pid": "12\n", "other.pid": "12\n"})
    assert "web.pid" not in (out := tree.svctl("check", code=1)).replace("web/other.pid", "")
    assert "web/other.pid: is not a setting (a file of your own belongs into data/" in out


def test_check_reports_all_problems_at_once(tree):
    tree.add("good")
    tree.add("web", {"timeout-kil": "1", "timeout-finish": "5s\n", "finish": "#!/bin/sh\r\n", "requires/god": "", "check": "#!/no/such\n"})
    (tree.path / "bad name").mkdir()
    out = tree.svctl("check", code=1)
    for part in ("bad name: is no name", "web/timeout-kil: is not a setting (did you mean timeout-kill?)", 'web/timeout-finish:1: bad content "5s"',
                 "web/finish: its lines end in CR LF", "web/requires/god: there is no such service (did you mean good?)", "web/check: its interpreter /no/such"):
        assert part in out
    found = tree.json("check", code=1)
    assert len(found["problems"]) == len(out.splitlines()) == 6
    assert {"service", "file", "line", "text", "hint"} == set(found["problems"][0])
    assert "no problems in 1 directory" in tree.svctl("check", tree.path / "good")
    assert len(tree.svctl("check", tree.path / "web", code=1).splitlines()) == 5


# the command line and the pages


def test_usage(tree):
    tree.svctl(code=100)
    tree.svctl("stauts", code=100)
    assert "did you mean status?" in tree.stderr
    tree.svctl("--nonsense", code=100)
    tree.svctl("status", "--nonsense", code=100)
    tree.svctl("init", code=100)
    assert re.fullmatch(r"svctl \d+\.\d+\.\d+\n", tree.svctl("--version"))


def test_help_and_page_tell_of_every_verb_and_option(tree):
    page = (SOURCE / "tools" / "svctl" / "svctl.1").read_text(encoding="utf-8")
    verbs = re.findall(r'^\s+\{"([a-z-]+)", "', (SOURCE / "tools" / "svctl" / "verb_table.hpp").read_text(encoding="utf-8"), re.M)
    verbs += re.findall(r'\{verb::\w+, "([a-z-]+)"', (SOURCE / "depengine" / "request.hpp").read_text(encoding="utf-8"))
    assert len(verbs) >= 30
    help_text = tree.svctl("--help")
    for verb in verbs:
        assert re.search(rf"^  {verb} ", help_text, re.M), verb
        assert re.search(rf"^\.It Cm {verb}\b", page, re.M), verb
        for option in set(re.findall(r"--([a-z][a-z-]*)", tree.svctl(verb, "--help").partition("Behind --")[0])) - {"help"}:
            assert re.search(rf"^\.It Fl (\w , Fl )?-{option}\b|Fl -{option}\b", page, re.M), f"{verb} --{option}"


def test_page_names_every_member_of_the_json_form(tree):
    page = (SOURCE / "tools" / "svctl" / "svctl.1").read_text(encoding="utf-8")
    tree.add("web", {"requires/db": "", "timeout-kill": "1", "log/main/current": f"{label(time.time())} x\n"}, record(cause="exited"))
    write_files(tree.path / "web", {"supervise/deaths": death(time.time(), 1, 0, 1, "exited")})

    def members(value):
        if isinstance(value, dict):
            for name, inner in value.items():
                yield name
                yield from members(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from members(inner)

    answers = [tree.json("status", "web"), tree.json("check", code=1), json.loads(tree.svctl("logs", "--json").splitlines()[0])]
    for name in {name for answer in answers for name in members(answer)}:
        assert re.search(rf"^\.It Va {name}\b", page, re.M), name


@pytest.mark.parametrize("page", ["tools/svctl/svctl.1", "supervise/sv-service.5"])
def test_pages_are_clean(page):
    mandoc = foreign_program("mandoc", "mandoc")
    done = subprocess.run([mandoc, "-T", "lint", "-W", "warning", str(SOURCE / page)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout == "", done.stdout


def test_the_service_page_tells_of_every_setting():
    from support.source_tables import SOURCE as source

    page = (source / "supervise" / "sv-service.5").read_text(encoding="utf-8")
    text = (source / "supervise" / "settings.cpp").read_text(encoding="utf-8")
    kinds = "value|counted|duration|interval|program|relation|entry"
    names = re.findall(rf'^ +(?:{kinds})(?:<[^"]*>)?\((?:setting_kind::\w+, )?\s*"([a-z-]+)"', text, re.M)
    assert len(names) >= 50
    for name in names:
        assert re.search(rf"^\.It (Pa|.*[ ,]Pa) {re.escape(name)}( |/|$)", page, re.M), name
