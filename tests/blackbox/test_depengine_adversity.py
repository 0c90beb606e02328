"""Changes that go unseen or come too fast, definitions that are nonsense or vanish, and a kernel that gives nothing."""

import os
import pathlib
import pwd
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest
from engine_client import RUNS, Engine
from support import processes
from support.awaiting import await_until
from support.paths import SOURCE, program, with_sanitizers
from support.service import recorded, shell, write_files
from svscan_tree import Tree


def relation_names():
    """Every directory that states a relation, from either end: the table of depengine/relations.hpp."""
    text = (SOURCE / "depengine" / "relations.hpp").read_text(encoding="utf-8")
    rows = re.findall(r'\{relation::\w+, "([a-z-]+)", "([a-z-]*)"', text)
    assert len(rows) == 12, "the table was not understood"
    return sorted({name for row in rows for name in row if name})


def churn(directory, count):
    """So many changes in a directory that the engine watches."""
    for number in range(count):
        path = directory / f"x{number % 7}"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        path.unlink()


@pytest.mark.parametrize("options", [(), ("--manual-reload",)], ids=["", "manual-reload"])
def test_after_an_overflow_of_inotify_everything_is_looked_at_again(engine, options):
    room = int(pathlib.Path("/proc/sys/fs/inotify/max_queued_events").read_text(encoding="ascii"))
    if room > 100_000:
        pytest.skip(f"the queue of inotify has room for {room} events here")
    engine.add("db", down="", notification_fd="3")
    web = engine.add("web")
    (web / "wants").mkdir()
    engine.add("gone")
    engine.add("dies", run=recorded("write 3 ready", "wait"), notification_fd="3")
    engine.start(*options)
    for name in ("web", "gone", "dies"):
        engine.await_phase(name, "ready")
    pid, dies = engine.pid, engine.tree.main_pid("dies")
    os.kill(pid, signal.SIGSTOP)
    try:
        churn(web / "wants", room // 2 + 1000)
        # None of these is told any more.
        os.kill(dies, signal.SIGKILL)
        await_until(lambda: engine.tree.main_pid("dies") not in (None, dies))
        engine.remove("gone")
        shutil.rmtree(engine.tree.directory / "db")
        engine.add("db", notification_fd="3")
        write_files(web, {"requires": {"db": ""}})
        engine.add("late", relations={"after": ["web"]})
        await_until(lambda: engine.tree.supervise_pid("late"), what=engine.tree.messages)
    finally:
        os.kill(pid, signal.SIGCONT)
    await_until(lambda: engine.status("dies")["deaths"] == 1, what=lambda: engine.status("dies"))
    engine.tree.await_said("max_queued_events")
    if options:  # definitions wait for somebody to ask
        assert "late" not in engine.status() and "gone" in engine.status()
        assert engine.ask("reload-definitions")["loaded"] is True
    await_until(lambda: "late" in engine.status() and engine.phase("late") == "ready", what=engine.tree.messages)
    await_until(lambda: "gone" not in engine.status())
    engine.await_phase("db", "ready")
    assert engine.status("web")["relations"] and len(engine.starts("web")) == 1 and engine.pid == pid
    # What was made anew meanwhile is watched again.
    os.kill(engine.tree.main_pid("db"), signal.SIGKILL)
    await_until(lambda: engine.status("db")["deaths"] == 1 and engine.phase("db") == "ready", what=lambda: engine.status("db"))


def in_a_user_namespace(limit):
    """Words that run a program where so much of inotify is to be had; skips the test where that cannot be."""
    words = ["unshare", "-Ur", "sh", "-c", f'echo {limit[1]} >/proc/sys/user/max_inotify_{limit[0]} && exec "$@"', "limited"]
    done = subprocess.run([*words, "true"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no user namespace with a limit of its own: {done.stderr.decode().strip()}")
    return words


@pytest.mark.parametrize(
    "limit, said",
    [(("watches", 0), "max_user_watches"), (("watches", 5), "max_user_watches"), (("instances", 0), "max_user_instances")],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_without_inotify_it_says_so_once_and_looks_every_second(engine, limit, said):
    words = in_a_user_namespace(limit)
    engine.add("db", down="")
    engine.add("web", relations={"requires": ["db"]})
    engine.add("app")
    engine.start(wrap=words)
    for name in ("db", "web", "app"):
        engine.await_phase(name, "ready")
    dies = engine.tree.main_pid("app")
    os.kill(dies, signal.SIGKILL)
    await_until(lambda: engine.status("app")["deaths"] == 1, what=lambda: engine.status("app"))
    engine.add("late", relations={"requires": ["app"]})
    await_until(lambda: "late" in engine.status() and engine.phase("late") == "ready", what=engine.tree.messages)
    assert engine.ask("stop", services=["db"])["ok"]
    assert engine.phase("web") == "down"
    engine.remove("late")
    await_until(lambda: "late" not in engine.status())
    assert engine.tree.messages().count(said) == 1, engine.tree.messages()


def test_a_shortage_of_watches_that_ends(engine, tmp_path):
    words = in_a_user_namespace(("watches", 5))
    for number in range(4):
        engine.add(f"s{number}")
    engine.start(wrap=words)
    engine.tree.await_said("max_user_watches")
    namespace = f"/proc/{engine.pid}/ns/user"
    subprocess.run(
        ["nsenter", f"--user={namespace}", "sh", "-c", "echo 1000 >/proc/sys/user/max_inotify_watches"], check=True, timeout=20
    )
    engine.tree.await_said("all that is to be watched is watched now")
    engine.add("late")
    await_until(lambda: "late" in engine.status() and engine.phase("late") == "ready", what=engine.tree.messages)


@pytest.mark.skipif(with_sanitizers(), reason="a sanitizer opens descriptors of its own")
def test_few_descriptors(engine):
    """Too few to write to a control FIFO while clients are connected: what was to be sent is sent once there are some."""
    engine.add("web", down="")
    engine.start()
    engine.await_settled()
    in_use = len(os.listdir(f"/proc/{engine.pid}/fd"))
    resource.prlimit(engine.pid, resource.RLIMIT_NOFILE, (in_use + 4, in_use + 4))
    clients = []
    try:
        for _ in range(20):
            clients.append(engine.client())
        asker = clients[0]
        asker.send("start", services=["web"])
        assert asker.receive()["type"] == "plan"
        assert engine.tree.main_pid("web") is None
    finally:
        for client in clients[1:]:
            client.close()
    engine.await_phase("web", "ready")
    assert asker.until("result")[-1]["ok"]
    asker.close()


@pytest.fixture
def as_nobody(nursery):
    """A tree that nobody owns and runs: in /var/tmp, because he cannot reach a test's own directory."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    nobody = pwd.getpwnam("nobody")
    place = pathlib.Path(tempfile.mkdtemp(prefix="reeve-test-", dir="/var/tmp"))
    os.chown(place, nobody.pw_uid, nobody.pw_gid)
    probe = subprocess.run([program("setuidgid"), "nobody", program("svstat"), str(place)], capture_output=True, check=False)
    if not probe.stdout:
        shutil.rmtree(place)
        pytest.skip("the programs under test lie where nobody cannot reach them")
    tree = Tree(place / "services", nursery.environment)
    one = Engine(tree)

    def give():
        for path in [tree.directory, *tree.directory.rglob("*")]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)

    one.give = give
    yield one
    if tree.popen and tree.popen.poll() is None:
        tree.stop()
    nursery.kill_all()
    shutil.rmtree(place)


def test_a_whole_tree_of_an_ordinary_user(as_nobody):
    engine = as_nobody
    # Nothing of root's: the recorder may lie where nobody cannot go.
    ready = {"run": shell("echo >&3", "exec sleep 10000"), "notification_fd": "3"}
    engine.add("db", down="", **ready)
    engine.add("web", relations={"requires": ["db"]}, **ready)
    engine.add("spare", down="", relations={"conflicts": ["web"]}, **ready)
    engine.add("weak", down="", run=shell("exit 3"), restart="never", notification_fd="3")
    engine.start(tree_wrap=[program("setuidgid"), "nobody"], before=engine.give)
    engine.await_phase("web", "ready")
    nobody = pwd.getpwnam("nobody").pw_uid
    for name in ("engine", "db", "web"):
        assert os.stat(f"/proc/{engine.tree.main_pid(name)}").st_uid == nobody
    assert os.stat(engine.tree.directory / ".depengine" / "socket").st_uid == nobody
    assert engine.ask("start", services=["spare"])["ok"]  # root may ask anybody's engine
    engine.await_phase("web", "down")
    engine.await_phase("db", "down")  # nobody needs it any more: that is no part of the answer
    assert engine.ask("start", services=["weak"])["results"][0]["result"] == "failed"
    svctl = [program("setuidgid"), "nobody", program("svctl"), "-C", str(engine.tree.directory)]
    done = subprocess.run([*svctl, "start", "web"], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    engine.await_phase("web", "ready")
    engine.await_phase("spare", "down")
    before = engine.tree.main_pid("web")
    engine.kill()
    engine.await_listening()
    assert engine.tree.main_pid("web") == before
    done = subprocess.run([*svctl, "shutdown"], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    assert engine.tree.await_end() == 0


def test_another_ordinary_user_is_turned_away(as_nobody):
    engine = as_nobody
    engine.add("web", run=shell("exec sleep 10000"))
    engine.start(tree_wrap=[program("setuidgid"), "nobody"], before=engine.give)
    done = subprocess.run(
        [program("setuidgid"), "daemon", program("svctl"), "-C", str(engine.tree.directory), "stop", "web"],
        capture_output=True, text=True, check=False, timeout=30,
    )
    assert done.returncode == 111 and "access denied" in done.stderr, done.stderr
    assert engine.phase("web") == "ready"


def test_the_scan_directory_is_removed_and_comes_back(engine):
    """What ran in it is stopped by svscan; the engine lives as long as that does, and says nothing untrue."""
    engine.add("db")
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    engine.await_phase("web", "ready")
    pids = [engine.pid, engine.tree.main_pid("db"), engine.tree.main_pid("web")]
    directory = engine.tree.directory
    shutil.rmtree(directory)
    await_until(lambda: not any(processes.alive(pid) for pid in pids), what=lambda: f"{pids}; {engine.tree.messages()}")
    engine.tree.stop()
    directory.mkdir()
    engine.add("db")
    engine.add("web", relations={"requires": ["db"]})
    engine.start()
    engine.await_phase("web", "ready")
    assert len(engine.starts("web")) == 1


def test_definitions_that_vanish_while_they_are_read(engine):
    engine.add("web")
    engine.start()
    engine.await_phase("web", "ready")
    pid = engine.pid
    place = engine.tree.directory
    choose = random.Random(11)
    for _ in range(60):
        # Incomplete ones: no supervise is in the way.
        for number in range(8):
            write_files(place / f"v{number}", {"requires": {"web": "", "v1": ""}, "after": {"v2": ""}, "refuse": "stop\n"})
        os.kill(pid, signal.SIGHUP)
        for number in choose.sample(range(8), 8):
            shutil.rmtree(place / f"v{number}")
    engine.add("last", relations={"requires": ["web"]})
    await_until(lambda: "last" in engine.status() and engine.phase("last") == "ready", what=engine.tree.messages)
    await_until(lambda: set(engine.status()) == {"engine", "last", "web"}, what=lambda: sorted(engine.status()))
    assert engine.ask("status")["problems"] == []
    assert engine.pid == pid and len(engine.starts("web")) == 1
    for bad in ("no such", "o such file"):
        assert bad not in engine.tree.messages()


def put_nonsense_into(directory):
    """Entries that no service can be named like, and some that one can, of every kind of file."""
    directory.mkdir()
    for name in (b"not a name", b"\xff\xfe\x80", b"a\nb", b"\x1b[2J", b"-rf", b"x" * 255, "gr\u00fc\u00df".encode(), b"...", b"a%sb", b'q"\\'):
        os.close(os.open(os.fsencode(directory) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    (directory / "directory").mkdir()
    (directory / "loop").symlink_to("loop")
    (directory / "up").symlink_to("..")
    os.mkfifo(directory / "fifo")
    (directory / "itself").symlink_to("/dev/zero")
    (directory / "odd").write_bytes(os.urandom(4096))  # what a relation's file says is of no interest
    (directory / "bad").touch()  # the service itself


# Instead of a directory.
STRANGE = {
    "plain": lambda path: path.write_text("db\n"),
    "empty": lambda path: path.touch(),
    "fifo": os.mkfifo,
    "loop": lambda path: path.symlink_to(path.name),
    "dangling": lambda path: path.symlink_to("nowhere"),
    "zero": lambda path: path.symlink_to("/dev/zero"),
    "socket": lambda path: bind_socket(path),
    "nonsense": put_nonsense_into,
}


def bind_socket(path):
    folder = os.open(path.parent, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


@pytest.mark.parametrize("kind", STRANGE)
def test_each_relation_with_nonsense(engine, kind):
    """At the start of the engine and while it runs: told by file, and no other service is touched by it."""
    place = engine.tree.directory
    write_files(place / "bad", {"README": ""})
    for relation in relation_names():
        STRANGE[kind](place / "bad" / relation)
    engine.add("web")
    engine.add("db", relations={"after": ["web"]})
    engine.start()
    engine.await_phase("db", "ready")
    pid = engine.pid
    write_files(place / "worse", {"README": ""})
    for relation in relation_names():
        STRANGE[kind](place / "worse" / relation)
    for name in ("bad", "worse"):
        # On a directory alone nothing could be wrong: dangling links are relations that are not there.
        for relation in relation_names() if kind != "dangling" else ():
            engine.tree.await_said(f"{name}/{relation}")
    assert engine.pid == pid
    assert [len(engine.starts(name)) for name in ("web", "db")] == [1, 1]
    answer = engine.ask("status")
    assert {one["name"] for one in answer["services"]} >= {"web", "db", "engine"}
    assert not re.search(r"[\0-\x09\x0b-\x1f\x7f]", engine.tree.messages())
    # Mended, it counts.
    for relation in relation_names():
        path = place / "bad" / relation
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    write_files(place / "bad", {"requires": {"db": ""}, "run": RUNS, "notification-fd": "3"})
    await_until(lambda: "bad" in engine.status() and engine.phase("bad") == "ready", what=engine.tree.messages)
    assert [one["other"] for one in engine.status("bad")["relations"]] == ["db"]


def test_flags_and_refuse_with_nonsense(engine):
    place = engine.tree.directory
    engine.add("db")
    web = engine.add("web")
    for flag in ("persistent", "keep-on-isolate", "essential", "early"):
        (web / flag).mkdir()
    (web / "refuse").write_bytes(os.urandom(1024))
    for name, make in STRANGE.items():
        write_files(place / name, {"down": ""})
        if name != "nonsense":
            make(place / name / "refuse")
        write_files(place / name, {"run": RUNS})
    engine.start()
    for name in ("db", "web"):
        engine.await_phase(name, "ready")
    assert set(engine.status("web")["flags"]) >= {"persistent", "keep-on-isolate", "essential"}
    engine.tree.await_said("web/refuse")
    assert not re.search(r"[\0-\x09\x0b-\x1f\x7f]", engine.tree.messages())
    assert engine.ask("start", services=["plain"])["ok"]
