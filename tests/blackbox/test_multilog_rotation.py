"""When multilog rotates, what old files are called, and which are kept."""

import os
import re
import signal
import time

import pytest
from support.awaiting import await_until
from support.logger import content, mode, old_files, run, whole_log


def line(number, size=100):
    return b"%08d " % number + b"x" * (size - 10) + b"\n"


def lines(first, count, size=100):
    return b"".join(line(number, size) for number in range(first, first + count))


def age(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)


def label(seconds_ahead):
    return "@%016x%08x" % ((1 << 62) + 10 + int(time.time()) + seconds_ahead, 0)


def test_files_end_at_a_newline_within_the_last_2000_bytes(tmp_path, nursery, bin_dir):
    assert run(tmp_path, nursery.environment, ["s10000", "n100", "./main"], lines(0, 1000)).returncode == 0
    assert {path.stat().st_size for path in old_files(tmp_path / "main")} == {8000}
    assert whole_log(tmp_path / "main") == lines(0, 1000)


def test_a_line_that_is_too_long_goes_on_in_the_next_file(tmp_path, nursery, bin_dir):
    text = b"a" * 11_000 + b"\nb\n"
    assert run(tmp_path, nursery.environment, ["s5000", "n100", "./main"], text).returncode == 0
    assert [path.stat().st_size for path in old_files(tmp_path / "main")] == [5000, 5000]
    assert (tmp_path / "main" / "current").read_bytes() == b"a" * 1000 + b"\nb\n"


@pytest.mark.parametrize("size", ["s64k", "s1M", "s20000000"])
def test_sizes(tmp_path, nursery, bin_dir, size):
    """A plain number is never more than 16777215, a suffix is taken at its word."""
    expected = {"s64k": 65536, "s1M": 1 << 20, "s20000000": 16777215}[size]
    text = lines(0, expected // 1000 + 5, 1000)
    assert run(tmp_path, nursery.environment, [size, "./main"], text).returncode == 0
    (old,) = old_files(tmp_path / "main")
    assert expected - 2000 <= old.stat().st_size < expected - 1000


def test_old_files(tmp_path, nursery, bin_dir):
    assert run(tmp_path, nursery.environment, ["s4096", "./main"], lines(0, 2000)).returncode == 0
    old = old_files(tmp_path / "main")
    assert len(old) == 9 and {mode(path) for path in old} == {0o744}
    assert all(re.fullmatch(r"@[0-9a-f]{24}\.s", path.name) for path in old)
    assert whole_log(tmp_path / "main").endswith(line(1999))


@pytest.mark.parametrize("ahead", [86400 * 3, 86400 * 365 * 70])
def test_after_the_clock_was_set_back_the_newest_files_are_kept(tmp_path, nursery, bin_dir, ahead):
    """daemontools removes the newest file then, because its name is the smallest."""
    main = tmp_path / "main"
    main.mkdir()
    for number in range(9):
        (main / f"{label(ahead + number)}.s").write_bytes(b"old %d\n" % number)
    assert run(tmp_path, nursery.environment, ["s4096", "./main"], lines(0, 110)).returncode == 0
    old = old_files(main)
    assert [path.read_bytes() for path in old] == [b"old %d\n" % number for number in range(5, 9)] + [lines(21 * number, 21) for number in range(5)]
    assert (main / "current").read_bytes() == lines(105, 5)


def test_a_new_name_comes_behind_the_newest(tmp_path, nursery, bin_dir):
    main = tmp_path / "main"
    main.mkdir()
    (main / "@40000000ffffffff3b9ac9ff.s").write_text("")
    (main / "@4000000fffffffffffffffff.u").write_text("")
    assert run(tmp_path, nursery.environment, ["s4096", "./main"], lines(0, 30)).returncode == 0
    assert old_files(main)[-1].name == "@400000100000000000000000.s"


def test_total(tmp_path, nursery, bin_dir):
    assert run(tmp_path, nursery.environment, ["s8192", "T40k", "./main"], lines(0, 5000)).returncode == 0
    old = old_files(tmp_path / "main")
    assert sum(path.stat().st_size for path in old) + 8192 <= 40960 < sum(path.stat().st_size for path in old) + 8192 + 6300
    assert whole_log(tmp_path / "main").endswith(line(4999))


def test_without_n_a_total_is_the_only_limit(tmp_path, nursery, bin_dir):
    assert run(tmp_path, nursery.environment, ["s4096", "T1M", "./main"], lines(0, 2000)).returncode == 0
    assert whole_log(tmp_path / "main") == lines(0, 2000)


def test_age(tmp_path, nursery, bin_dir):
    main = tmp_path / "main"
    main.mkdir()
    for number, days in enumerate((9, 8, -3, 7.5, 6, 1)):
        path = main / f"{label(-1000 + number)}.s"
        path.write_bytes(b"%d\n" % number)
        age(path, days * 86400)
    assert run(tmp_path, nursery.environment, ["A7d", "./main"], b"").returncode == 0
    assert [path.read_bytes() for path in old_files(main)] == [b"4\n", b"5\n"]


def test_old_files_expire_while_nothing_is_logged(logger, tmp_path):
    main = tmp_path / "main"
    main.mkdir()
    path = main / f"{label(-1000)}.s"
    path.write_bytes(b"old\n")
    age(path, 3598.5)
    logger("A1h", "./main").say("one\n")
    await_until(lambda: not path.exists(), 30, "the end of an old file's age")


def test_daily_rotates_what_is_left_of_an_earlier_day(tmp_path, nursery, bin_dir):
    assert run(tmp_path, nursery.environment, ["i", "d", "./main"], b"one\n").returncode == 0
    assert run(tmp_path, nursery.environment, ["i", "d", "./main"], b"two\n").returncode == 0
    assert not old_files(tmp_path / "main")
    age(tmp_path / "main" / "current", 86400)
    assert run(tmp_path, nursery.environment, ["i", "d", "./main"], b"three\n").returncode == 0
    (old,) = old_files(tmp_path / "main")
    assert old.read_bytes().endswith(b"two\n")


def test_daily_rotates_at_midnight(logger, tmp_path):
    """Local midnight, in a zone where it is about to come: TZ can say seconds."""
    to_midnight = 86400 - int(time.time()) % 86400
    ahead = (to_midnight - 3) % 86400  # local time = UTC + this: three seconds before midnight
    hours, rest = divmod(ahead, 3600)
    one = logger("d", "./main", TZ=f"<HERE>-{hours}:{rest // 60}:{rest % 60}")
    one.say("before\n")
    await_until(lambda: old_files(tmp_path / "main"), 30, "a rotation at midnight")
    one.say("after\n")
    assert ([content(path) for path in old_files(tmp_path / "main")], one.current()) == ([b"before\n"], b"after\n")


def test_alarm_rotates_what_is_not_empty(logger, tmp_path):
    one = logger("-*", "+a*", "./main", "-*", "+b*", "./second")
    one.say("a\n")
    one.signal(signal.SIGALRM)
    await_until(lambda: old_files(tmp_path / "main"), 30)
    one.signal(signal.SIGALRM)
    one.say("a again\n")
    one.say("b\n", "second")
    assert one.end_input() == 0
    assert [path.read_bytes() for path in old_files(tmp_path / "main")] == [b"a\n"]
    assert not old_files(tmp_path / "second")


def test_term_leaves_what_follows_the_line_in_the_pipe(logger, tmp_path):
    one = logger("./main")
    one.say("one\n")
    one.write("tw")
    one.await_text("tw")
    one.signal(signal.SIGTERM)
    one.write("o\nthree\nfour\n")
    assert one.await_exit() == 0
    assert one.current() == b"one\ntwo\n" and mode(tmp_path / "main" / "current") == 0o744
    assert os.read(one.reader, 100) == b"three\nfour\n"


def test_term_of_a_busy_logger(logger):
    """A writer that never stops does not keep the signal out."""
    one = logger("s1M", "./main")
    writer = os.fork()
    if writer == 0:
        text = lines(0, 600)
        try:
            while True:
                os.write(one.writer, text)
        finally:
            os._exit(0)
    try:
        await_until(lambda: old_files(one.directory / "main"), 30)
        one.signal(signal.SIGTERM)
        assert one.await_exit() == 0
        assert one.current().endswith(b"x\n")
    finally:
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)


def test_a_processor_gets_the_file_and_its_state(tmp_path, nursery, bin_dir):
    processor = "!cat <&4 >&5; wc -c >&5; pwd; cat previous | tail -n 1"
    assert run(tmp_path, nursery.environment, ["s4096", processor, "./main"], lines(0, 50)).returncode == 0
    main = tmp_path / "main"
    assert [path.read_bytes() for path in old_files(main)] == [b"%s\n%s" % (str(main).encode(), line(number)) for number in (20, 41)]
    assert (main / "state").read_bytes() == b"2100\n2100\n"
    assert sorted(path.name for path in main.iterdir() if path.name[0] != "@") == ["current", "lock", "pending", "state"]


def test_a_processor_that_fails_is_run_again(logger, tmp_path):
    one = logger("!test -e ../ready && cat", "./main")
    one.say("one\n")
    one.signal(signal.SIGALRM)
    await_until(lambda: "unable to run ./main/processor, pausing: it did not exit with 0" in one.stderr(), 30)
    (tmp_path / "ready").write_text("")
    await_until(lambda: old_files(tmp_path / "main"), 30, "the second attempt")
    assert old_files(tmp_path / "main")[0].read_bytes() == b"one\n"
    one.say("two\n")
    assert one.end_input() == 0
