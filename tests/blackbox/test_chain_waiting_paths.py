"""`when-path` and `when-mount`: what is there, what comes while they wait, and ways that change under them."""

import os
import signal
import subprocess

import pytest
from support.awaiting import await_until
from support.chains import sh
from support.orphans import disown, own
from support.paths import BIN, program

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


def is_in_ppoll(pid):
    """Whether it waits where it is meant to: not in an exec, say."""
    try:
        with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
            return file.read().split()[0] in ("271", "73")  # of x86-64, and of newer machines
    except (OSError, IndexError):
        return False


class Waiting:
    """A helper that sleeps, with `echo on` behind it."""

    def __init__(self, nursery, cwd, *command, behind=("echo", "on")):
        self.popen = own(
            subprocess.Popen(
                [program(command[0]), *map(str, command[1:]), *behind], cwd=cwd, env=nursery.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        )
        await_until(lambda: is_in_ppoll(self.popen.pid) or self.popen.poll() is not None, 30, what="it to wait")

    def still_waits(self):
        return self.popen.poll() is None

    def output(self):
        out, err = self.popen.communicate(timeout=30)
        disown(self.popen)
        return self.popen.returncode, out, err

    def end(self):
        self.popen.send_signal(signal.SIGTERM)
        assert self.output()[0] == -signal.SIGTERM


GOES_ON = (0, b"on\n", b"")


@pytest.fixture
def wait(nursery, tmp_path):
    def start(*command, **how):
        return Waiting(nursery, tmp_path, *command, **how)

    return start


# What is so already


def test_what_is_so_is_not_waited_for(chain, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").touch()
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nothing")
    for condition in (
        ["exists", "file"],
        ["exists", "dir"],
        ["exists", "link"],
        ["exists", "/"],
        ["exists", "."],
        ["exists", ".."],
        ["exists", "dir/../file"],
        ["exists", "//proc//self/"],
        ["gone", "nothing"],
        ["gone", "dangling"],
        ["gone", "file/below"],
        ["gone", "no/such/way"],
        ["non-empty", "file"],
        ["non-empty", "link"],
        ["non-empty", "."],
        ["exists", "file", "gone", "nothing", "non-empty", "file"],
        ["-o", "exists", "nothing", "exists", "file"],
        ["exists", "file", "--"],
    ):
        assert chain("when-path", *condition, "echo", "on").stdout == b"on\n"
    assert chain("when-path", "exists", "file", "ls", "/proc/self/fd").stdout.split() == [b"0", b"1", b"2", b"3"]


def test_what_is_not_so_is_waited_for(chain, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").touch()
    (tmp_path / "dir").mkdir()
    (tmp_path / "dangling").symlink_to("nothing")
    for condition in (
        ["exists", "nothing"],
        ["exists", "dangling"],
        ["exists", "file/"],
        ["gone", "file"],
        ["changed", "file"],
        ["changed", "nothing"],
        ["non-empty", "empty"],
        ["non-empty", "dir"],
        ["non-empty", "nothing"],
        ["non-empty", "/dev/null"],
        ["exists", "file", "exists", "nothing"],
        ["-o", "exists", "nothing", "gone", "file"],
    ):
        done = chain("when-path", "-t", "20ms", *condition, "echo", "on")
        assert (done.returncode, done.stdout, done.stderr) == (99, b"", b"when-path: fatal: timed out\n"), condition


@pytest.mark.parametrize(
    "wrong",
    [[], ["exists"], ["exists", "x"], ["exists", "", "true"], ["is", "x", "true"], ["-t", "x", "exists", "x", "true"], ["-z"], ["exists", "x", "gone"], ["exists", "x", "--"]],
)
def test_wrong_usage(chain, wrong):
    done = chain("when-path", *wrong)
    assert done.returncode == 100 and b"when-path: usage: when-path " in done.stderr


def test_too_many_and_too_long(run):
    assert run("when-path", *["exists", "/"] * 65, "true").returncode == 100
    done = run("when-path", "exists", "x" * 5000, "true")
    assert done.returncode == 111 and done.stdout == b""


def test_symlinks_in_a_circle(run, tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    done = run("when-path", "exists", "a/x", "true")
    assert (done.returncode, done.stderr) == (111, b"when-path: fatal: unable to look at a/x: symbolic link loop\n")


# What comes


def test_a_file_whose_parents_are_not_there(wait, tmp_path):
    waiting = wait("when-path", "exists", "a/b/c/file")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").mkdir()
    (tmp_path / "a" / "b" / "c").mkdir()
    assert waiting.still_waits()
    (tmp_path / "a" / "b" / "c" / "file").touch()
    assert waiting.output() == GOES_ON


def test_parents_that_are_moved_into_place_and_away(wait, tmp_path):
    (tmp_path / "ready" / "b").mkdir(parents=True)
    (tmp_path / "ready" / "b" / "file").touch()
    waiting = wait("when-path", "exists", "a/b/file")
    (tmp_path / "ready").rename(tmp_path / "a")
    assert waiting.output() == GOES_ON
    waiting = wait("when-path", "gone", "a/b/file")
    (tmp_path / "a").rename(tmp_path / "ready")
    assert waiting.output() == GOES_ON


def test_a_symlink_on_the_way_that_turns(wait, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "two" / "file").touch()
    (tmp_path / "current").symlink_to("one")
    (tmp_path / "outer").symlink_to(tmp_path / "current")
    waiting = wait("when-path", "exists", "outer/file")
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").rename(tmp_path / "current")
    assert waiting.output() == GOES_ON


def test_a_dangling_link_whose_target_comes(wait, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "far" / "target")
    waiting = wait("when-path", "exists", "link")
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "target").touch()
    assert waiting.output() == GOES_ON


def test_a_way_that_begins_anew(wait, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    waiting = wait("when-path", "exists", "a/b/file")
    (tmp_path / "a" / "b").rmdir()
    (tmp_path / "a").rmdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").mkdir()
    (tmp_path / "a" / "b" / "file").touch()
    assert waiting.output() == GOES_ON


def test_gone(wait, tmp_path):
    (tmp_path / "file").touch()
    waiting = wait("when-path", "gone", "file")
    (tmp_path / "file").unlink()
    assert waiting.output() == GOES_ON


def test_non_empty(wait, tmp_path):
    (tmp_path / "file").touch()
    waiting = wait("when-path", "non-empty", "file")
    (tmp_path / "file").write_text("x")
    assert waiting.output() == GOES_ON
    (tmp_path / "dir").mkdir()
    waiting = wait("when-path", "non-empty", "dir")
    (tmp_path / "dir" / "anything").touch()
    assert waiting.output() == GOES_ON


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text("other"),
        lambda path: path.write_text("equal"),
        lambda path: path.chmod(0o600),
        lambda path: path.unlink(),
        lambda path: os.utime(path, (1, 1)),
        lambda path: path.with_name("fresh").rename(path),
    ],
    ids=["write", "write-same", "chmod", "unlink", "utime", "replace"],
)
def test_changed(wait, tmp_path, change):
    (tmp_path / "fresh").write_text("equal")
    (tmp_path / "file").write_text("equal")
    (tmp_path / "link").symlink_to("file")
    waiting = wait("when-path", "changed", "link")
    change(tmp_path / "file")
    assert waiting.output() == GOES_ON


def test_a_directory_changes_with_its_names(wait, tmp_path):
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "file").touch()
    waiting = wait("when-path", "changed", "dir")
    (tmp_path / "dir" / "file").write_text("x")
    assert waiting.still_waits()
    (tmp_path / "dir" / "file").unlink()
    assert waiting.output() == GOES_ON


def test_all_at_one_time(wait, tmp_path):
    (tmp_path / "a").touch()
    waiting = wait("when-path", "exists", "a", "exists", "b", "gone", "c")
    (tmp_path / "c").touch()
    (tmp_path / "a").unlink()
    (tmp_path / "b").touch()
    (tmp_path / "a").touch()
    assert waiting.still_waits()
    (tmp_path / "c").unlink()
    assert waiting.output() == GOES_ON


def test_one_of_them(wait, tmp_path):
    waiting = wait("when-path", "-o", "exists", "a", "exists", "b")
    (tmp_path / "b").touch()
    assert waiting.output() == GOES_ON


def test_other_names_wake_no_one_for_good(wait, tmp_path):
    waiting = wait("when-path", "exists", "dir/file")
    for number in range(20):
        (tmp_path / f"other-{number}").mkdir()
    await_until(lambda: is_in_ppoll(waiting.popen.pid), 30, what="it to sleep on")
    waiting.end()


def test_no_change_is_lost_between_looking_and_waiting(nursery, tmp_path):
    for _ in range(20):
        starting = own(
            subprocess.Popen([program("when-path"), "-t", "30s", "exists", "a/b/file", "true"], cwd=tmp_path, env=nursery.environment, stderr=subprocess.PIPE)
        )
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "b" / "file").touch()
        assert starting.communicate(timeout=30)[1] == b"" and starting.returncode == 0
        disown(starting)
        (tmp_path / "a" / "b" / "file").unlink()
        (tmp_path / "a" / "b").rmdir()
        (tmp_path / "a").rmdir()


# The memory


def test_what_changed_meanwhile_counts(run, wait, tmp_path):
    (tmp_path / "conf").write_text("one")
    done = run("when-path", "-c", "seen", "-t", "1ms", "changed", "conf", "true")
    assert done.returncode == 99 and (tmp_path / "seen").exists(), "from the first start on"
    (tmp_path / "conf").write_text("three")
    assert run("when-path", "-c", "seen", "-t", "20s", "changed", "conf", "echo", "on").stdout == b"on\n"
    assert run("when-path", "-c", "seen", "-t", "1ms", "changed", "conf", "true").returncode == 99
    # What PROGRAM itself or others change while it runs comes next.
    (tmp_path / "conf").unlink()
    assert run("when-path", "-c", "seen", "-t", "20s", "changed", "conf", *sh("echo new >conf")).returncode == 0
    assert run("when-path", "-c", "seen", "-t", "20s", "changed", "conf", "echo", "on").stdout == b"on\n"
    # A path that the file does not know yet is compared with what it is now.
    assert run("when-path", "-c", "seen", "-t", "1ms", "-o", "changed", "conf", "changed", "other", "true").returncode == 99


@pytest.mark.parametrize("content", ["x", "0" * 34, "x" * 33 + "\n", "x" * 5000])
def test_a_memory_of_something_else_is_left_alone(chain, tmp_path, content):
    (tmp_path / "notes").write_text(content)
    done = chain("when-path", "-c", "notes", "-t", "1ms", "changed", "x", "true")
    assert (done.returncode, done.stderr) == (111, b"when-path: fatal: notes holds no paths of a last run\n")
    assert (tmp_path / "notes").read_text() == content


# Ordinary users


@root_only
def test_directories_that_may_be_passed_but_not_read(wait, run, tmp_path):
    shown = tmp_path
    while shown != shown.parent:  # pytest's own directories are its user's only
        mode = shown.stat().st_mode
        if not mode & 0o001:
            shown.chmod(mode | 0o011)
        shown = shown.parent
    (tmp_path / "private").mkdir(mode=0o711)
    (tmp_path / "private").chmod(0o711)
    (tmp_path / "private" / "open").mkdir()
    (tmp_path / "private" / "open").chmod(0o755)
    tmp_path.chmod(0o755)
    waiting = wait("setuidgid", "nobody", BIN / "when-path", "exists", tmp_path / "private/open/file")
    (tmp_path / "private" / "open" / "file").touch(mode=0o600)
    assert waiting.output() == GOES_ON
    # Its owner's only, and still seen to be written to.
    (tmp_path / "private" / "open" / "file").chmod(0o600)
    waiting = wait("setuidgid", "nobody", BIN / "when-path", "changed", tmp_path / "private/open/file")
    (tmp_path / "private" / "open" / "file").write_text("x")
    assert waiting.output() == GOES_ON
    done = run("setuidgid", "nobody", BIN / "when-path", "exists", tmp_path / "private/nothing", "true")
    assert done.returncode == 111 and done.stderr.endswith(b"private/nothing: access denied\n")
    (tmp_path / "private").chmod(0o700)
    done = run("setuidgid", "nobody", BIN / "when-path", "exists", tmp_path / "private/open/file", "true")
    assert done.returncode == 111 and done.stderr.endswith(b"private/open/file: access denied\n")


# Mounts


def test_what_is_mounted(chain):
    for what in ("/", "/proc", "/proc/", "/proc/../proc", "proc"):
        assert chain("when-mount", what, "echo", "on").stdout == b"on\n", what
    assert chain("when-mount", "-g", "/nowhere", "echo", "on").stdout == b"on\n"
    assert chain("when-mount", "/", "ls", "/proc/self/fd").stdout.split() == [b"0", b"1", b"2", b"3"]
    for condition in (["/nowhere"], ["-g", "/proc"], ["/etc"]):
        done = chain("when-mount", "-t", "20ms", *condition, "true")
        assert (done.returncode, done.stderr) == (99, b"when-mount: fatal: timed out\n")


@pytest.mark.parametrize("wrong", [[], ["/"], ["", "true"], ["-t", "x", "/", "true"], ["-z", "/", "true"]])
def test_when_mount_wrong_usage(chain, wrong):
    assert chain("when-mount", *wrong).returncode == 100


@pytest.fixture
def mount_namespace(nursery, tmp_path):
    """Runs commands in one mount namespace of the test's own."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount")
    holder = own(subprocess.Popen(["unshare", "-m", "--propagation", "private", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=nursery.environment))
    holder.stdin.write(b"x")
    holder.stdin.flush()
    if holder.stdout.read(1) != b"x":
        disown(holder)
        pytest.skip(f"no mount namespaces here: {holder.communicate()[1]!r}")
    yield ["nsenter", "-m", "-t", str(holder.pid)]
    holder.communicate(timeout=30)
    disown(holder)


def test_mounts_that_come_and_go(mount_namespace, nursery, tmp_path):
    odd = tmp_path / "a disk\\with\todd #name"
    odd.mkdir()

    def start(*command):
        waiting = own(subprocess.Popen([*mount_namespace, *command, "echo", "on"], env=nursery.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        await_until(lambda: waiting.poll() is not None or is_in_ppoll(waiting.pid), 30, what="it to wait")
        return waiting

    def ended(waiting):
        out, err = waiting.communicate(timeout=30)
        disown(waiting)
        return waiting.returncode, out, err

    def change(*command):
        subprocess.run([*mount_namespace, *command], check=True, timeout=30)

    by_place, by_source = start(BIN / "when-mount", odd), start(BIN / "when-mount", "odd source")
    inside = start(BIN / "when-path", "exists", odd / "file")
    change("mount", "-t", "tmpfs", "odd source", odd)
    assert ended(by_place) == GOES_ON and ended(by_source) == GOES_ON
    change("touch", odd / "file")
    assert ended(inside) == GOES_ON
    gone, hidden = start(BIN / "when-mount", "-g", odd), start(BIN / "when-path", "gone", odd / "file")
    change("umount", odd)
    assert ended(gone) == GOES_ON and ended(hidden) == GOES_ON
