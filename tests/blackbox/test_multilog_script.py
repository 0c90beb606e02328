"""multilog's script: what is refused, with which words, and that nothing was touched then."""

import pytest
from support.logger import run

WRONG = {
    "zzz": "multilog: fatal: zzz is not a level of zstd (z, or z1 to z19)",
    "F": "multilog: fatal: F is not a word of this language (a directory begins with . or /)",
    "main": "multilog: fatal: main is not a word of this language (a directory begins with . or /)",
    "s": "multilog: fatal: s is not a size (s99999, s64k, s10M, s1G)",
    "s10x": "multilog: fatal: s10x is not a size (s99999, s64k, s10M, s1G)",
    "s-1": "multilog: fatal: s-1 is not a size (s99999, s64k, s10M, s1G)",
    "s99999999999G": "multilog: fatal: s99999999999G is not a size (s99999, s64k, s10M, s1G)",
    "n": "multilog: fatal: n is not a number of files (n10)",
    "nine": "multilog: fatal: nine is not a number of files (n10)",
    "T": "multilog: fatal: T is not a size of all files (T100M)",
    "A": "multilog: fatal: A is not an age (A12h, A7d, A4w)",
    "A0": "multilog: fatal: A0 is not an age (A12h, A7d, A4w)",
    "A7y": "multilog: fatal: A7y is not an age (A12h, A7d, A4w)",
    "daily": "multilog: fatal: daily is not a word of this language (d alone rotates at midnight)",
    "DD": "multilog: fatal: DD is not a word of this language (D alone lets a full disk cost lines)",
    "z0": "multilog: fatal: z0 is not a level of zstd (z, or z1 to z19)",
    "z20": "multilog: fatal: z20 is not a level of zstd (z, or z1 to z19)",
    "p": "multilog: fatal: p is not a duration (p500ms, p2s)",
    "p0": "multilog: fatal: p0 is not a duration (p500ms, p2s)",
    "=": "multilog: fatal: = names no file (=path)",
    "": "multilog: fatal: '' is not a word of this language",
}


@pytest.mark.parametrize("word", WRONG)
def test_a_wrong_word(tmp_path, nursery, bin_dir, word):
    done = run(tmp_path, nursery.environment, ["s5000", word, "./main"], b"one\n")
    assert (done.returncode, done.stderr.decode()) == (100, WRONG[word] + "\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["t", "i", "l", "tai"])
def test_a_stamp_that_is_not_first(tmp_path, nursery, bin_dir, word):
    done = run(tmp_path, nursery.environment, ["n5", word, "./main"], b"one\n")
    assert (done.returncode, done.stderr.decode()) == (
        100, f"multilog: fatal: {word} must be the first word (a stamp is put before all that patterns see)\n",
    )  # fmt: skip


def test_a_total_below_two_files(tmp_path, nursery, bin_dir):
    done = run(tmp_path, nursery.environment, ["s1M", "T1M", "./main"], b"one\n")
    assert (done.returncode, done.stderr) == (100, b"multilog: fatal: ./main keeps less than two files of its size (T must be at least twice s)\n")


def test_a_processor_and_compression(tmp_path, nursery, bin_dir):
    done = run(tmp_path, nursery.environment, ["!cat", "z", "./main"], b"one\n")
    assert (done.returncode, done.stderr) == (100, b"multilog: fatal: ./main has both a processor and z (let the processor compress)\n")


def test_too_many_logs(tmp_path, nursery, bin_dir):
    assert run(tmp_path, nursery.environment, [f"./m{number}" for number in range(32)], b"one\n").returncode == 0
    assert all((tmp_path / f"m{number}" / "current").read_bytes() == b"one\n" for number in range(32))
    done = run(tmp_path, nursery.environment, [f"./m{number}" for number in range(33)], b"one\n")
    assert (done.returncode, done.stderr) == (100, b"multilog: fatal: ./m32 is one log too many (32 are possible)\n")


def test_many_patterns(tmp_path, nursery, bin_dir):
    patterns = [f"-line {number}" for number in range(5000)]
    assert run(tmp_path, nursery.environment, [*patterns, "./main"], b"line 4999\nline 5000\n").returncode == 0
    assert (tmp_path / "main" / "current").read_bytes() == b"line 5000\n"


def test_a_setting_behind_the_last_directory_is_warned_of(tmp_path, nursery, bin_dir):
    done = run(tmp_path, nursery.environment, ["./main", "s5000"], b"one\n")
    assert (done.returncode, done.stderr) == (0, b"multilog: warning: s5000 stands behind the last directory, where it counts for nothing\n")


def test_settings_count_for_the_directories_behind_them(tmp_path, nursery, bin_dir):
    text = b"".join(b"%04d %s\n" % (number, b"x" * 94) for number in range(100))
    assert run(tmp_path, nursery.environment, ["./first", "s4096", "n3", "./second", "n2", "./third"], text).returncode == 0
    assert [len(list((tmp_path / name).glob("@*"))) for name in ("first", "second", "third")] == [0, 2, 1]
