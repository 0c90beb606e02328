"""The narrow windows of survival, one by one, and proof that the evidence of the survival tests can convict.

Many services are treated at once, so that each supervise has lived long enough to be started again at once.
"""

import os
import signal
import subprocess
import time

import pytest
from support import orphans, processes, status_record
from support.awaiting import await_until, stays
from support.service import write_files
from support.survival import COPY, EXACT, LINES, SURVIVOR, SurvivalTree, kill_exactly, survivor
from test_survival_rounds import Books

MANY = 12


@pytest.fixture
def grow(bin_dir, nursery, tmp_path):
    """grow(services) makes a tree of them and its svscan."""
    made = []

    def make(services):
        tree = SurvivalTree(tmp_path / "services", nursery.environment, services)
        made.append(tree)
        tree.start()
        tree.await_supervised()
        return tree

    yield make
    for tree in made:
        if tree.popen.poll() is None:
            assert tree.stop() == 0
        assert not tree.violations()


# The evidence


def run_in(directory, environment, **more):
    return orphans.own(subprocess.Popen([str(SURVIVOR), "./run"], cwd=directory, env=environment, start_new_session=True, **more))


def end_of(popen):
    popen.kill()
    popen.wait()
    orphans.disown(popen)


def test_two_instances_at_once_are_seen(nursery, tmp_path):
    write_files(tmp_path / "web", {"run": survivor()})
    first = run_in(tmp_path / "web", nursery.environment)
    await_until((tmp_path / "web" / "journal").exists)
    second = run_in(tmp_path / "web", nursery.environment)
    violations = tmp_path / "web" / "violations"
    await_until(violations.exists, what="a violation")
    await_until(lambda: violations.read_text() == f"run {second.pid} finds the token taken\n")
    end_of(first)
    end_of(second)


def test_two_instances_one_after_the_other_are_no_violation(nursery, tmp_path):
    write_files(tmp_path / "web", {"run": survivor()})
    for count in (1, 2, 3):
        one = run_in(tmp_path / "web", nursery.environment)
        journal = tmp_path / "web" / "journal"
        await_until(lambda: journal.exists() and journal.read_text().count("start run") == count)
        end_of(one)
    assert not (tmp_path / "web" / "violations").exists()


def test_two_daemons_at_once_are_seen(nursery, tmp_path):
    write_files(tmp_path / "web", {"run": survivor("daemon pid")})
    for _ in (1, 2):
        one = run_in(tmp_path / "web", nursery.environment)
        assert one.wait() == 0
        orphans.disown(one)
    await_until((tmp_path / "web" / "violations").exists, what="a violation")
    nursery.kill_all()


def a_log(tmp_path, nursery, text, sent):
    tree = SurvivalTree(tmp_path / "services", nursery.environment, {"web": {"run": LINES, "log": COPY}})
    write_files(tree.directory / "web", {"sent": {"1.1": sent.to_bytes(8, "little")}, "log": {"out": text}})
    return tree


def test_a_whole_log_is_accepted(tmp_path, nursery):
    assert a_log(tmp_path, nursery, "1.1 1\n1.1 2\n1.1 3\n", 3).check_lines("web") == (3, 0)
    # killed between the write and the count of it
    a_log(tmp_path, nursery, "1.1 1\n1.1 2\n1.1 3\n", 2).check_lines("web")


@pytest.mark.parametrize(
    "text", ["1.1 1\n1.1 3\n", "1.1 1\n1.1 2\n1.1 2\n1.1 3\n", "1.1 2\n1.1 1\n1.1 3\n", "1.1 1\n1.1 2\n", "1.1 1\n1.1 2\n1.1 3\n1.1 4\n1.1 5\n"],
    ids=["a line is lost", "a line is doubled", "lines are swapped", "the last line is lost", "lines that were not sent"],
)
def test_a_log_that_is_not_whole_is_seen(tmp_path, nursery, text):
    with pytest.raises(AssertionError):
        a_log(tmp_path, nursery, text, 3).check_lines("web")


def test_a_loss_is_seen_in_a_real_tree(grow):
    """The logger's process is killed with lines in its hands: the strict check says so."""
    slow = {**COPY, "run": survivor("copy out", "slow 5")}
    tree = grow({"pair": {**EXACT, "run": LINES, "log": slow}})
    for _ in range(5):
        await_until(lambda: tree.kill_main("pair/log"))
        await_until(lambda: tree.is_settled("pair/log"))
    assert tree.stop() == 0
    with pytest.raises(AssertionError):
        tree.check_lines("pair")


def test_a_restart_that_nobody_asked_for_is_seen(grow):
    tree = grow({"plain": {**EXACT, "run": survivor("stop-on URG")}})
    books = Books(tree)
    books.check(set())
    books.check(set())
    old = tree.journal("plain").last_main()
    assert tree.kill_main("plain")
    await_until(lambda: tree.journal("plain").last_main() not in (None, old), what="its restart")
    with pytest.raises(AssertionError, match="was restarted"):
        books.check(set())


@pytest.mark.parametrize("line", ["start run 1 1 1\n", ""], ids=["a start that is not counted", "a start too many is counted"])
def test_a_wrong_number_of_starts_is_seen(grow, line):
    tree = grow({"plain": {**EXACT, "run": survivor("stop-on URG")}})
    tree.await_settled()
    Books(tree).check_starts(1)
    journal = tree.directory / "plain" / "journal"
    journal.write_text(journal.read_text() + line if line else "")
    with pytest.raises(AssertionError, match="starts in the record"):
        Books(tree).check_starts(1)


def test_a_wrong_exit_status_is_seen(grow):
    tree = grow({"quitter": {**EXACT, "run": survivor("stop-on URG", "live 20 40")}})
    await_until(lambda: len(status_record.read_deaths(tree.directory / "quitter")) >= 2)
    books = Books(tree)
    books.check_statuses()
    assert tree.stop() == 0
    ring = tree.directory / "quitter" / "supervise" / "deaths"
    data = bytearray(ring.read_bytes())
    data[17] ^= 1  # the exit code of the first entry
    ring.write_bytes(data)
    with pytest.raises(AssertionError):
        books.check_statuses()


# The exit status of what was adopted


def named(count, files):
    return {f"s{number}": dict(files) for number in range(count)}


def death_of(tree, name, pid):
    return next((death for death in status_record.read_deaths(tree.directory / name) if death.pid == pid), None)


def await_long_lived(tree):
    """Until every supervise has lived so long that it is started again at once."""
    ticks = os.sysconf("SC_CLK_TCK")

    def all_old():
        with open("/proc/uptime", encoding="ascii") as file:
            now = float(file.read().split()[0])
        return all(now - start / ticks > 1.1 for _, start in tree.supervises().values())

    await_until(all_old)


def test_the_exit_status_of_an_adopted_service_is_known(grow):
    tree = grow(named(MANY, {**EXACT, "run": survivor("stop-on URG", "live 2000 2400")}))
    await_long_lived(tree)
    mains = {name: tree.journal(name).last_main() for name in tree.names()}
    before = tree.supervises()
    for name in tree.names():
        assert tree.kill_supervise(name)
    for name in tree.names():
        await_until(lambda: tree.supervises().get(name, before[name]) != before[name])
        death = await_until(lambda: death_of(tree, name, mains[name][0]), what=lambda: f"the death of {mains[name]}; {tree.tail()}")
        assert (death.cause, death.wait_status) == ("exited", mains[name][0] % 90 << 8)


def test_the_exit_status_is_known_though_svscan_is_killed_too(grow):
    tree = grow(named(MANY, {**EXACT, "run": survivor("stop-on URG", "live 3000 3400")}))
    mains = {name: await_until(lambda: tree.journal(name).last_main()) for name in tree.names()}
    for name in tree.names():
        tree.kill_supervise(name)
    tree.kill_svscan()
    tree.revive()
    tree.await_supervised()
    assert all("adopted" in tree.record(name).flags for name in tree.names())
    for name in tree.names():
        death = await_until(lambda: death_of(tree, name, mains[name][0]), what=lambda: f"the death of {mains[name]}; {tree.tail()}")
        assert (death.cause, death.wait_status) == ("exited", mains[name][0] % 90 << 8)


@pytest.mark.parametrize("first", ["supervise", "service"])
def test_the_exit_status_of_a_service_that_ends_while_no_supervise_is_there(grow, first):
    tree = grow(named(MANY, {**EXACT, "run": survivor("stop-on URG", "slow 3" if first == "service" else "slow 0"), "restart-delay": "60000 1 60000\n"}))
    await_long_lived(tree)
    for name in tree.names():
        main = await_until(lambda: tree.journal(name).last_main())
        found = tree.supervises()[name]
        steps = [lambda: kill_exactly(*found), lambda: kill_exactly(*main, signal.SIGTERM)]
        for step in steps if first == "supervise" else reversed(steps):
            assert step()
        death = await_until(lambda: death_of(tree, name, main[0]), what=lambda: f"the death of {main}; {tree.record(name)}; {tree.tail()}")
        assert (death.cause, death.wait_status) == ("exited", 0)
        await_until(lambda: tree.record(name).deaths == 1, what=lambda: tree.record(name))


def test_a_supervise_killed_while_it_starts_a_service_that_ends_at_once(grow):
    """The death is known with its exit status, wherever between fork and exec the KILL comes."""
    tree = grow(named(MANY, {"run": survivor("live 0 0", "code 42"), "restart-delay": "60000 1 60000\n", "down": ""}))
    await_long_lived(tree)
    for number, name in enumerate(tree.names()):
        found = tree.supervises()[name]
        tree.command(name, "d")  # it is awake, and its code is in memory
        assert tree.send(name, "u")
        end = time.perf_counter() + number * 0.00008
        while time.perf_counter() < end:
            pass
        kill_exactly(*found)
    tree.await_supervised()
    for name in tree.names():
        started = len(tree.journal(name).of("run"))
        if tree.record(name).want != "up":
            assert started == 0 and tree.record(name).starts == 0, "the command was lost with the supervise, and nothing was started"
            continue
        await_until(lambda: tree.record(name).phase == "backoff", what=lambda: f"{tree.record(name)}; {tree.tail()}")
        record = tree.record(name)
        # How long the first one ran may have been lost with the supervise: then it is started again without backoff.
        assert record.starts == len(tree.journal(name).of("run")) in (1, 2)
        assert record.deaths == record.starts
        assert (record.cause, record.wait_status) == ("exited", 42 << 8), tree.tail()


# Other windows


def test_a_service_whose_logger_svscan_and_supervises_are_all_gone_goes_on(grow):
    tree = grow({"pair": {**EXACT, "run": LINES, "log": COPY}})
    await_until(lambda: tree.journal("pair/log").last_main())
    main = await_until(lambda: tree.journal("pair").last_main())
    logger = tree.supervises()["pair/log"]
    tree.kill_svscan()
    assert kill_exactly(*logger)
    for name in ("pair", "pair/log"):
        tree.kill_supervise(name)
    assert tree.kill_main("pair/log")
    assert stays(lambda: processes.alive(main[0]), 0.3), "a service without a reader of its lines was ended"
    tree.revive()
    tree.await_supervised()
    tree.await_settled()
    assert tree.journal("pair").last_main() == main
    assert len(tree.journal("pair").of("run")) == 1


def test_readiness_said_while_no_supervise_was_there_is_not_lost(grow):
    tree = grow(named(4, {**EXACT, "run": survivor("stop-on URG", "slow 0", "ready-fd 3"), "notification-fd": "3\n"}))
    await_long_lived(tree)
    for number, name in enumerate(tree.names()):
        found = tree.supervises()[name]
        assert tree.send(name, "r")
        end = time.perf_counter() + 0.0006 + number * 0.0003
        while time.perf_counter() < end:
            pass
        kill_exactly(*found)
    tree.await_supervised()
    for name in tree.names():
        await_until(lambda: tree.record(name).phase == "ready", what=lambda: f"{tree.record(name)}; {tree.tail()}")


def test_a_daemon_that_dies_while_no_supervise_knows_it_is_started_again(grow):
    files = {**EXACT, "run": survivor("stop-on URG", "daemon daemon.pid"), "forking": "daemon.pid\n"}
    tree = grow(named(4, files))
    for round_ in range(3):
        await_long_lived(tree)
        for number, name in enumerate(tree.names()):
            found = await_until(lambda: tree.supervises().get(name))
            await_until(lambda: tree.is_settled(name))
            (tree.directory / name / "daemon.pid").unlink()
            assert tree.send(name, "r")
            end = time.perf_counter() + 0.001 + (number + round_) * 0.0002
            while time.perf_counter() < end:
                pass
            kill_exactly(*found)
            starts = tree.journal(name).of("daemon")
            if starts:
                kill_exactly(*starts[-1][1:])
    tree.await_supervised()
    tree.await_settled()
