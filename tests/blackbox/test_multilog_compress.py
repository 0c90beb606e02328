"""z: old files are compressed by a child, and at no moment is a log without one of the two."""

import pytest
from support.awaiting import await_until
from support.logger import mode, old_files, run, whole_log
from support.paths import foreign_program
from test_multilog_rotation import lines


@pytest.fixture(autouse=True)
def zstd():
    return foreign_program("zstd", "zstd")


def compressed(directory):
    return [path.name.endswith(".s.zst") for path in old_files(directory)]


@pytest.mark.parametrize("word", ["z", "z1", "z19"])
def test_at_the_end_of_the_input_all_is_compressed(tmp_path, nursery, bin_dir, word):
    assert run(tmp_path, nursery.environment, ["s64k", "n50", word, "./main"], lines(0, 5000)).returncode == 0
    main = tmp_path / "main"
    assert compressed(main) == [True] * 7
    assert whole_log(main) == lines(0, 5000)
    assert {mode(path) for path in old_files(main)} == {0o744}
    assert not (main / "compressing").exists()


def test_while_it_runs(logger, tmp_path):
    one = logger("t", "s64k", "n50", "z", "./main")
    one.write(lines(0, 3000))
    await_until(lambda: (tmp_path / "main").is_dir() and compressed(tmp_path / "main") == [True] * 5, 30)
    one.say("end\n")


def test_what_a_killed_one_left_is_seen_to(tmp_path, nursery, bin_dir):
    main = tmp_path / "main"
    assert run(tmp_path, nursery.environment, ["s64k", "n50", "./main"], lines(0, 2000)).returncode == 0
    first, second, third = old_files(main)
    (main / "compressing").write_text("half of something")
    assert run(tmp_path, nursery.environment, ["s64k", "n50", "z", "./main"], b"").returncode == 0
    twice = old_files(main)[0]
    (main / first.name).write_bytes(lines(0, 640))  # killed between the last two steps
    assert twice.name == first.name + ".zst"
    assert run(tmp_path, nursery.environment, ["s64k", "n50", "z", "./main"], b"").returncode == 0
    assert [path.name for path in old_files(main)] == [f"{path.name}.zst" for path in (first, second, third)]
    assert whole_log(main) == lines(0, 2000)


def test_files_of_an_outage_are_left_alone(tmp_path, nursery, bin_dir):
    main = tmp_path / "main"
    main.mkdir()
    (main / "@400000006b00000000000000.u").write_text("cut")
    assert run(tmp_path, nursery.environment, ["z", "./main"], b"one\n").returncode == 0
    assert [path.name for path in old_files(main)] == ["@400000006b00000000000000.u"]


def test_limits_count_compressed_bytes(tmp_path, nursery, bin_dir):
    assert run(tmp_path, nursery.environment, ["s8192", "T40k", "z", "./main"], lines(0, 3000)).returncode == 0
    assert run(tmp_path, nursery.environment, ["s8192", "T40k", "z", "./main"], lines(3000, 100)).returncode == 0
    assert whole_log(tmp_path / "main").endswith(lines(3000, 100))
