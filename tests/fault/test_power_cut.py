"""The power fails: state directories are as after any prefix of the writes that a tree made, and all starts again.

One life of a tree with an engine is recorded; then its state is restored to each prefix, to each with half of the last
write, and to each with a renamed file whose content did not get to the disk. A svscan that is started there brings up
every service, in order, under one supervise each; requests are taken; the stop is clean.
"""

import os
import re
import shutil

import pytest
import recorded_writes
from engine_client import Engine
from support import processes
from support.awaiting import await_until
from support.survival import SurvivalTree
from svscan_scenarios import PLAIN, WRITER
from svscan_tree import Tree

SAMPLE = 12  # in CI every so manieth
PARTS = 8
PATIENCE = 30
SERVICES = {"writer": WRITER, "needed": PLAIN, "needing": {**PLAIN, "requires": {"needed": ""}}}


def make_tree(directory, environment):
    tree = Tree(directory, environment)
    engine = Engine(tree)
    for name, files in SERVICES.items():
        tree.add(name, **files) if "log" not in files else tree.add(name, run=files["run"], log=files["log"]["run"])
    return tree, engine


def await_all_up(tree, names, patience=PATIENCE):
    def missing():
        return [name for name in names if not tree.main_pid(name) or not tree.supervise_pid(name)]

    await_until(lambda: not missing(), patience, what=lambda: f"{missing()} up; {tree.messages()}")
    return {name: tree.main_pid(name) for name in names}


NAMES = ("writer", "writer/log", "needed", "needing", "engine")


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """(the directory, a copy of its definitions, the changes, the state in the end)"""
    if os.getuid() != 0:
        pytest.skip("needs root: strace of a tree")
    if not shutil.which("strace"):
        pytest.skip("strace is not installed (Debian package strace)")
    from sweep import environment_of  # noqa: PLC0415

    base = tmp_path_factory.mktemp("cut")
    environment = environment_of(base)
    tree, engine = make_tree(base / "services", environment)
    traces = base / "traces"
    traces.mkdir()
    # the engine's own directory and run, as start() makes them
    plain_start = tree.start
    tree.start = lambda **_: (shutil.copytree(tree.directory, base / "definitions", symlinks=True), plain_start(wrap=recorded_writes.strace_words(traces)))
    engine.start()
    try:
        engine.await_settled()
        await_all_up(tree, NAMES)
        engine.ask("stop", services=["needing"])
        engine.ask("restart", services=["needed"])
        engine.ask("start", services=["needing"])
        os.kill(tree.main_pid("needed"), 9)
        os.kill(tree.supervise_pid("needing"), 9)
        engine.await_settled()
        await_all_up(tree, NAMES)
        assert tree.stop() == 0, tree.messages()
    finally:
        processes.kill_marked(environment[processes.MARKER])
    changes = recorded_writes.read_changes(traces, str(tree.directory))
    last = recorded_writes.state_on_disk(str(tree.directory))
    assert any(path.endswith("intents") for path in last), f"no intents in {list(last)}"
    assert len(changes) > 100, changes
    return tree.directory, base / "definitions", changes, last


def recover(directory, definitions, disk, environment, other_boot):
    """A tree is started on this state; returns when it has run and been stopped."""
    for leftover in (directory, directory.parent / "services.stderr", directory.parent / "services.stdout"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink(missing_ok=True)
    shutil.copytree(definitions, directory, symlinks=True)
    disk.write_out()
    tree_file = directory / ".svscan" / "tree"
    if other_boot and tree_file.exists():
        tree_file.write_bytes(re.sub(rb" [0-9a-f]{8}-", b" 00000000-", tree_file.read_bytes()))
    tree = Tree(directory, environment)
    engine = Engine(tree)
    tree.start()
    assert tree.popen.poll() is None, tree.messages()
    engine.await_listening()
    engine.await_settled()
    before = await_all_up(tree, NAMES)
    assert "fatal" not in tree.messages(), tree.messages()
    answer = engine.ask("restart", services=["needed"])
    assert answer["type"] == "result", answer
    engine.await_settled()
    now = await_all_up(tree, NAMES)
    assert now["needed"] != before["needed"] and now["writer"] == before["writer"], (before, now, tree.messages())
    assert tree.stop() == 0, tree.messages()
    for file in directory.glob("*/violations"):
        raise AssertionError(f"{file}: {file.read_text(encoding='ascii')}")
    SurvivalTree.check_lines(tree, "writer")


def check(recording, chosen):
    from sweep import run_case  # noqa: PLC0415

    directory, definitions = recording[:2]
    findings = []
    for at, (number, text, disk) in enumerate(chosen):
        _, wrong = run_case(lambda _d, environment, _f, disk=disk, at=at: recover(directory, definitions, disk, environment, at % 2 == 1), None)
        if wrong:
            findings.append(f"cut {number} ({text}), {'another' if at % 2 else 'the same'} boot: {wrong}")
    assert not findings, "\n\n".join(findings)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_sample(recording, part, record_property):
    chosen = recorded_writes.cuts(recording[2])[part :: PARTS * SAMPLE]
    record_property("faults", len(chosen))
    check(recording, chosen)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_all(recording, part, record_property):
    chosen = recorded_writes.cuts(recording[2])[part::PARTS]
    record_property("faults", len(chosen))
    check(recording, chosen)


def test_the_replay_of_all_is_what_was_there(recording):
    """What the other tests here rest on: the changes are complete, and understood."""
    changes, last = recording[2:]
    assert {change.kind for change in changes} >= {"make-directory", "make-fifo", "open", "write", "rename"}
    disk = recorded_writes.Disk()
    for change in changes:
        disk.apply(change)
    for path, content in last.items():
        if content not in ("socket", None):
            assert disk.entries.get(path, "missing") == content, path
