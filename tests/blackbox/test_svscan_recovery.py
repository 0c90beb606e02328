"""SIGKILL and upgrade of svscan: nothing is restarted, no log line is lost or doubled."""

import os
import shutil
import signal
import subprocess

import pytest
from support import processes
from support.awaiting import await_until, stays
from support.service import shell
from svscan_tree import COPIES, tree_id, Tree

COUNTS = shell("i=0", "while [ $i -lt 60000 ]; do i=$((i+1)); echo $i; done", "exec sleep 10000")


def everything(tree, names):
    return {name: (tree.main_pid(name), tree.supervise_pid(name), tree.record(name).starts) for name in names}


NAMES = ["web", "web/log", "plain"]


@pytest.fixture
def counting(tree):
    tree.add("web", COUNTS, log=COPIES)
    tree.add("plain")
    tree.start()
    for name in NAMES:
        tree.await_up(name)
    out = tree.directory / "web" / "log" / "out"
    await_until(lambda: out.exists() and out.stat().st_size > 1000)
    return tree


def assert_all_lines(tree):
    out = tree.directory / "web" / "log" / "out"
    await_until(lambda: out.read_text().endswith("\n60000\n"), deadline=60)
    assert [int(line) for line in out.read_text().split()] == list(range(1, 60001))


def test_a_new_svscan_takes_over(counting):
    tree = counting
    before, identity = everything(tree, NAMES), tree_id(tree)
    tree.kill()
    tree.start()
    tree.await_said("took over 3 running supervises")
    assert tree_id(tree) == identity
    assert_all_lines(tree)
    assert everything(tree, NAMES) == before, "something was restarted"
    assert tree.stop() == 0
    assert not [pid for pids in before.values() for pid in pids[:2] if processes.alive(pid)]


def test_again_and_again(counting):
    tree = counting
    before = everything(tree, NAMES)
    for _ in range(5):
        tree.kill()
        tree.start()
    assert_all_lines(tree)
    assert everything(tree, NAMES) == before


@pytest.mark.parametrize("victim", ["web", "web/log"])
def test_svscan_and_one_supervise_of_a_pair_are_killed(counting, victim):
    tree = counting
    before = everything(tree, NAMES)
    tree.kill()
    os.kill(tree.supervise_pid(victim), signal.SIGKILL)
    await_until(lambda: tree.supervise_pid(victim) is None)
    tree.start()
    tree.await_new_supervise(victim, before[victim][1])
    assert_all_lines(tree)
    for name in NAMES:
        assert tree.main_pid(name) == before[name][0]
        assert tree.record(name).starts == before[name][2]


def test_svscan_and_both_supervises_of_a_pair_are_killed(counting):
    tree = counting
    before = everything(tree, NAMES)
    tree.kill()
    for name in ("web", "web/log"):
        os.kill(before[name][1], signal.SIGKILL)
    await_until(lambda: tree.supervise_pid("web") is None and tree.supervise_pid("web/log") is None)
    tree.start()
    for name in ("web", "web/log"):
        tree.await_new_supervise(name, before[name][1])
    assert_all_lines(tree)
    for name in NAMES:
        assert tree.main_pid(name) == before[name][0]


def test_svscan_is_killed_before_it_comes_to_the_logger(counting):
    """As if: the logger's supervise and its state go too."""
    tree = counting
    before, logger = everything(tree, NAMES), tree.main_pid("web/log")
    tree.kill()
    for pid in (before["web/log"][1], logger):
        os.kill(pid, signal.SIGKILL)
        await_until(lambda: not processes.alive(pid))
    shutil.rmtree(tree.directory / "web" / "log" / "supervise")
    tree.start()
    tree.await_up("web/log")
    out = tree.directory / "web" / "log" / "out"
    await_until(lambda: out.read_text().endswith("\n60000\n"), deadline=60)
    assert tree.main_pid("web") == before["web"][0]


def test_a_log_directory_that_comes_later_takes_nothing_from_the_catch_all_logger(tree):
    tree.add("web", shell("while :; do read line <go && echo $line; done"))
    os.mkfifo(tree.directory / "web" / "go")
    (tree.directory / ".svscan").mkdir()
    tree.add(".svscan/log", COPIES)
    tree.start()
    before = everything(tree, ["web", ".svscan/log"]) if tree.await_up("web") and tree.await_up(".svscan/log") else None
    tree.kill()
    tree.add("web/log", COPIES)
    tree.start()
    tree.await_said("took over 2 running supervises")
    (tree.directory / "web" / "go").write_text("hello\n", encoding="ascii")
    out = tree.directory / ".svscan" / "log" / "out"
    await_until(lambda: out.exists() and out.read_text() == "hello\n")
    assert everything(tree, ["web", ".svscan/log"]) == before
    assert tree.supervise_pid("web/log") is None


def test_an_adopted_supervise_that_dies_is_started_again(counting):
    tree = counting
    before = everything(tree, NAMES)
    tree.kill()
    tree.start()
    for name in NAMES:
        os.kill(tree.supervise_pid(name), signal.SIGKILL)
        tree.await_new_supervise(name, before[name][1])
        assert tree.main_pid(name) == before[name][0]
    assert_all_lines(tree)


def test_a_service_removed_after_a_takeover_is_stopped(counting):
    tree = counting
    tree.kill()
    tree.start()
    pids = [tree.main_pid("web"), tree.main_pid("web/log"), tree.supervise_pid("web"), tree.supervise_pid("web/log")]
    (tree.directory / "web").rename(tree.directory / ".web")
    for pid in pids:
        await_until(lambda: not processes.alive(pid))


def test_a_supervise_that_has_only_begun_is_not_taken_for_a_lost_one(tree):
    """svscan was killed just behind its start: it has the tree's id, and no lock and no record yet."""
    strace = shutil.which("strace") or pytest.skip("strace is not installed (Debian package strace)")
    tree.add("other")
    tree.add("web")
    tree.start()
    tree.await_up("other")
    main = tree.await_up("web")
    tree.kill()
    os.kill(tree.supervise_pid("web"), signal.SIGKILL)
    (tree.directory / "web" / "supervise" / "status").unlink()
    os.kill(main, signal.SIGKILL)
    slow = [strace, "-qq", "-o", "/dev/null", "-e", "inject=chdir:delay_exit=3000000", "supervise", "-t", tree_id(tree), "web"]
    begun = subprocess.Popen(slow, cwd=tree.directory, env=tree.environment, stderr=subprocess.DEVNULL)
    await_until(lambda: any(processes.command_line(pid).startswith("supervise -t") and os.readlink(f"/proc/{pid}/cwd").endswith("/web") for pid in processes.marked(tree.environment[processes.MARKER])))
    tree.start()
    tree.await_up("web")
    assert "its directory went" not in tree.messages()
    begun.wait(30)
    assert tree.main_pid("web") and tree.record("other").starts == 1


def test_what_changed_meanwhile_is_seen(counting):
    tree = counting
    before = everything(tree, NAMES)
    tree.kill()
    tree.add("new")
    (tree.directory / "plain").rename(tree.directory / "renamed")
    tree.start()
    tree.await_up("new")
    assert tree.main_pid("renamed") == before["plain"][0]


def test_a_tree_of_which_nothing_lives_is_a_new_tree(tree):
    tree.add("web")
    tree.start()
    tree.await_up("web")
    first = tree_id(tree)
    assert tree.stop() == 0
    tree.start()
    tree.await_up("web")
    assert tree_id(tree) != first


def test_the_record_of_another_boot_counts_for_nothing(tree):
    tree.add("web")
    tree.start()
    tree.await_up("web")
    first = tree_id(tree)
    pid = tree.main_pid("web")
    tree.kill()
    (tree.directory / ".svscan" / "tree").write_text(f"{first} another-boot\n")
    supervise = tree.supervise_pid("web")
    tree.start()
    assert tree_id(tree) != first
    os.kill(supervise, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    await_until(lambda: tree.main_pid("web") not in (None, pid), deadline=20)


def test_leave_and_take_over(counting):
    tree = counting
    before = everything(tree, NAMES)
    tree.command("x")
    assert tree.await_end() == 0
    assert everything(tree, NAMES) == before
    tree.start()
    assert_all_lines(tree)
    assert everything(tree, NAMES) == before


def test_upgrade_in_place(counting):
    tree = counting
    before, pid = everything(tree, NAMES), tree.pid
    for count in range(1, 4):
        tree.command("U")
        await_until(lambda: tree.messages().count("upgraded in place; 2 services go on") == count, what=tree.messages)
    assert tree.popen.poll() is None and tree.pid == pid
    assert_all_lines(tree)
    assert everything(tree, NAMES) == before
    tree.add("new")
    tree.await_up("new")
    assert "SVSCAN_HANDOVER" not in processes.environment(tree.supervise_pid("new"))
    os.kill(tree.supervise_pid("plain"), signal.SIGKILL)
    tree.await_new_supervise("plain", before["plain"][1])
    assert tree.main_pid("plain") == before["plain"][0]


def test_upgrade_after_a_takeover(counting):
    tree = counting
    before = everything(tree, NAMES)
    tree.kill()
    tree.start()
    tree.command("U")
    tree.await_said("upgraded in place")
    os.kill(tree.supervise_pid("plain"), signal.SIGKILL)
    tree.await_new_supervise("plain", before["plain"][1])
    assert_all_lines(tree)


def test_one_svscan_per_tree(tree, nursery):
    tree.add("web")
    tree.start()
    pid = tree.await_up("web")
    second = Tree(tree.directory, nursery.environment)
    second.said = tree.directory.parent / "second.stderr"
    second.start(wait=False)
    assert second.await_end() == 111
    assert "another svscan runs here" in second.messages()
    assert stays(lambda: tree.main_pid("web") == pid, 0.1)


def test_an_ordinary_user_takes_over(bin_dir, nursery, tmp_path):
    if os.getuid() != 0:
        pytest.skip("already an ordinary user: the other tests are this one")
    tmp_path.chmod(0o777)
    for part in tmp_path.parents:
        if str(part).startswith("/tmp/") and part.stat().st_mode & 0o5 != 0o5:
            part.chmod(0o755)
    tree = Tree(tmp_path / "services", nursery.environment)
    tree.add("web", COUNTS, log=COPIES)
    for root, names, files in os.walk(tree.directory):
        os.chown(root, 65534, 65534)
        for file in files:
            os.chown(os.path.join(root, file), 65534, 65534)
    tree.start(user=65534, group=65534, extra_groups=[])
    tree.await_up("web")
    tree.await_up("web/log")
    before = everything(tree, ["web", "web/log"])
    tree.kill()
    tree.start(user=65534, group=65534, extra_groups=[])
    assert_all_lines(tree)
    assert everything(tree, ["web", "web/log"]) == before
    assert tree.stop() == 0


@pytest.mark.parametrize("round_", range(5))
def test_svscan_is_killed_while_it_starts_services(tree, round_):
    """Some supervises have no record yet, or not even their lock: nothing runs twice, all is taken over in the end."""
    once = shell("set -o noclobber", "echo $$ >running || { touch ../twice; exit 1; }", "trap 'rm running; exit' TERM",
                 "while :; do sleep 0.05; done")
    names = [f"web{number}" for number in range(15)]
    for name in names:
        tree.add(name, once)
    tree.start(wait=False)
    await_until(lambda: any((tree.directory / name / "supervise").exists() for name in names[: 3 * round_ + 1]))
    tree.kill()
    tree.start()
    for name in names:
        await_until(lambda: tree.main_pid(name) and processes.parent(tree.main_pid(name)) == tree.supervise_pid(name), deadline=30,
                    what=lambda: f"{name}; {tree.messages()}")
    assert not (tree.directory / "twice").exists()
    assert tree.stop() == 0


def test_a_flood_of_exits_costs_one_supervise(tree):
    """What stands behind an X in the control FIFO, which svscan keeps open, is not for the next supervise."""
    tree.add("web")
    tree.start()
    service, first = tree.await_up("web"), tree.supervise_pid("web")
    (tree.directory / "web" / "supervise" / "control").write_bytes(b"X" * 4000)
    second = tree.await_new_supervise("web", first)
    assert stays(lambda: tree.supervise_pid("web") == second, 0.5)
    assert tree.main_pid("web") == service
