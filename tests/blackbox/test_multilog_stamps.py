"""Stamps of the three kinds, and lines whose end does not come."""

import datetime
import re
import time

import pytest
from support.awaiting import await_until, stays
from support.logger import run
from support.paths import with_sanitizers

ISO = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})(Z|[+-]\d\d:\d\d) ")


def stamp_of(text):
    matched = ISO.match(text)
    assert matched, text
    return datetime.datetime.fromisoformat(matched[0].decode().strip().replace("Z", "+00:00"))


@pytest.mark.parametrize(
    "word, zone, offset",
    [("i", "Asia/Tokyo", "Z"), ("l", "UTC0", "+00:00"), ("l", "<HERE>-5:45", "+05:45"), ("l", "<HERE>9:30", "-09:30")],
)
def test_iso_stamps(tmp_path, nursery, bin_dir, word, zone, offset):
    before = time.time()
    assert run(tmp_path, {**nursery.environment, "TZ": zone}, [word, "./main"], b"one\ntwo\n").returncode == 0
    lines = (tmp_path / "main" / "current").read_bytes().splitlines()
    assert [ISO.sub(b"", line) for line in lines] == [b"one", b"two"]
    for line in lines:
        assert ISO.match(line)[2].decode() == offset
        assert before - 0.001 <= stamp_of(line).timestamp() <= time.time()


def test_tai64n_stamps_tell_the_time(tmp_path, nursery, bin_dir):
    before = time.time()
    assert run(tmp_path, nursery.environment, ["t", "./main"], b"one\n").returncode == 0
    line = (tmp_path / "main" / "current").read_bytes()
    assert re.fullmatch(rb"@[0-9a-f]{24} one\n", line)
    moment = int(line[1:17], 16) - (1 << 62) - 10 + int(line[17:25], 16) / 1e9
    assert before - 0.001 <= moment <= time.time()


def test_a_line_has_the_time_of_its_begin(logger):
    one = logger("i", "./main")
    one.write("begin, ")
    one.await_text("begin, ")
    begun = stamp_of(one.current())
    one.say("end\n")
    assert stamp_of(one.current()) == begun and one.current().endswith(b" begin, end\n")


def test_without_patterns_a_partial_line_is_written_at_once(logger):
    one = logger("./main")
    one.say("password: ")
    one.say("secret\n")
    assert one.current() == b"password: secret\n"


def test_with_patterns_it_is_held_back(logger):
    one = logger("-secret", "./main")
    one.write("sec")
    assert stays(lambda: one.current() == b"", 0.3)
    one.write("ret\n")
    one.say("public\n")
    assert one.current() == b"public\n"


def test_a_partial_line_is_decided_after_a_time(logger):
    one = logger("t", "-*", "+* pass*", "p200ms", "./main")
    one.say("password: ")
    one.say("secret\n")
    one.write("other\n")
    one.say("pass\n")
    assert one.current().count(b"\n") == 2 and one.current().count(b"@") == 2


def test_lines_of_any_length_in_bounded_memory(logger):
    one = logger("t", "-nothing", "s16M", "./main")
    for _ in range(200):
        one.write(b"x" * 50_000)
    one.say("\n")
    assert len(one.current()) == 26 + 200 * 50_000 + 1

    def resident():
        with open(f"/proc/{one.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    if not with_sanitizers():  # which have memory of their own
        await_until(lambda: resident() < 1500, 30, what=lambda: f"{resident()} kB")
