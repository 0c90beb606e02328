"""svctl logs on what our multilog writes: each kind of stamp, compressed files, and following it over rotations."""

import re
import subprocess

import pytest
from support import orphans
from support.awaiting import await_until
from support.logger import old_files
from support.paths import program
from test_svctl import RUNS, Follower, tree  # noqa: F401  (tree is a fixture)

NUMBER = re.compile(r"line (\d+) ")
SCRIPTS = [
    ["t", "s4096", "n1000", "./main"],
    ["i", "s4096", "n1000", "./main"],
    ["l", "s64k", "n1000", "z1", "./main"],
    ["s64k", "n1000", "z1", "./main"],
]


def logger(tree, nursery, script):
    tree.add("web", {"log/run": RUNS})
    return orphans.own(
        subprocess.Popen([program("multilog"), *script], stdin=subprocess.PIPE, cwd=tree.path / "web" / "log", env=nursery.environment)
    )


def write(one, count):
    for number in range(count):
        one.stdin.write(f"line {number} {'x' * 40}\n".encode())
    one.stdin.close()


def numbers(text):
    return [int(number) for number in NUMBER.findall(text)]


@pytest.mark.parametrize("script", SCRIPTS, ids=" ".join)
def test_following_it_loses_nothing(tree, nursery, script):  # noqa: F811
    one = logger(tree, nursery, script)
    try:
        with Follower(tree, "-n", "all") as logs:
            write(one, 6000)
            assert one.wait(timeout=30) == 0
            logs.await_text("line 5999 ")
            assert numbers(logs.text) == list(range(6000))
    finally:
        orphans.disown(one)
    main = tree.path / "web" / "log" / "main"
    await_until(lambda: "z1" not in script or all(path.suffix == ".zst" for path in old_files(main)))
    assert len(old_files(main)) > 3
    assert numbers(tree.svctl("logs")) == list(range(6000))
    assert numbers(tree.svctl("logs", "-n", "5500")) == list(range(500, 6000))


@pytest.mark.parametrize("word", ["t", "i", "l"])
def test_the_stamp_becomes_the_time(tree, nursery, word):  # noqa: F811
    one = logger(tree, nursery, [word, "./main"])
    try:
        write(one, 1)
        assert one.wait(timeout=30) == 0
    finally:
        orphans.disown(one)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} web: line 0 x+\n", tree.svctl("logs"))


def test_a_damaged_compressed_file(tree, nursery):  # noqa: F811
    """What is before the damage is shown, and what is in other files."""
    one = logger(tree, nursery, ["t", "s64k", "n1000", "z1", "./main"])
    try:
        write(one, 3000)
        assert one.wait(timeout=30) == 0
    finally:
        orphans.disown(one)
    first, *_ = old_files(tree.path / "web" / "log" / "main")
    first.write_bytes(first.read_bytes()[:200])
    shown = numbers(tree.svctl("logs"))
    assert shown[-1] == 2999 and shown == sorted(set(shown)) and len(shown) > 2000
