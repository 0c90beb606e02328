// svctl's small vocabularies: durations, ends, amounts, moments, shell words, "did you mean".
#include "tools/svctl/duration_words.hpp"
#include "tools/svctl/end_words.hpp"
#include "tools/svctl/nearest_word.hpp"
#include "tools/svctl/service_script.hpp"
#include "tools/svctl/shell_quote.hpp"
#include "tools/svctl/time_text.hpp"

#include "tests/unit/scratch.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <string>
#include <sys/wait.h>
#include <vector>

using namespace reeve::svctl;
namespace supervise = reeve::supervise;

TEST_CASE("durations are read with their units, and as seconds without") {
    struct {
        std::string_view text;
        std::int64_t ms;
    } const good[] = {{"5s", 5000},        {"300ms", 300}, {"2m", 120'000},    {"1h30m", 5'400'000},
                      {"7", 7000},         {"0.5", 500},   {"1.25s", 1250},    {"2d", 172'800'000},
                      {"1w", 604'800'000}, {"0", 0},       {"1h1s", 3'601'000}};
    for (const auto& one : good) {
        CAPTURE(one.text);
        CHECK(parse_duration(one.text) == one.ms);
    }
    for (std::string_view bad : {"", "s", "-1s", "5x", "5 s", "1h30", "1..5s", "1.s", ".5s",
                                 "99999999999999999999", "900000000000000w"}) {
        CAPTURE(bad);
        CHECK(!parse_duration(bad));
    }
}

TEST_CASE("durations are written with two units at most") {
    struct {
        std::int64_t ms;
        std::string_view text;
    } const cases[] = {{-5, "0s"},
                       {0, "0s"},
                       {350, "350ms"},
                       {4000, "4s"},
                       {4290, "4.2s"},
                       {42'999, "42s"},
                       {60'000, "1m"},
                       {185'000, "3m 5s"},
                       {8'040'000, "2h 14m"},
                       {442'800'000, "5d 3h"},
                       {3'542'400'000, "41d"}};
    for (const auto& one : cases) CHECK(duration_words(one.ms) == one.text);
}

TEST_CASE("ends are told in words") {
    using supervise::cause;
    CHECK(end_words(cause::none, 0).empty());
    CHECK(end_words(cause::exited, 0) == "exit 0");
    CHECK(end_words(cause::exited, W_EXITCODE(111, 0)) == "exit 111");
    CHECK(end_words(cause::killed, SIGKILL) == "signal KILL");
    CHECK(end_words(cause::dumped, SIGSEGV | WCOREFLAG) == "signal SEGV (core)");
    CHECK(end_words(cause::killed, 40) == "signal 40");
    CHECK(end_words(cause::timeout, SIGKILL) == "timeout");
    CHECK(end_words_in_full(cause::timeout, SIGKILL) == "timeout (signal KILL)");
    CHECK(end_words_in_full(cause::exited, W_EXITCODE(1, 0)) == "exit 1");
    CHECK(end_words(cause::failed, 0) == "start failed");
    CHECK(end_words(cause::unknown, 0) == "unknown");
    for (std::size_t i = 1; i < supervise::cause_names.size(); ++i)
        CHECK(!end_words(static_cast<cause>(i), 0).empty());
}

TEST_CASE("amounts keep a small width") {
    struct {
        std::uint64_t bytes;
        std::string_view text;
    } const sizes[] = {{0, "0B"},
                       {1023, "1023B"},
                       {1024, "1K"},
                       {655'360, "640K"},
                       {12'897'485, "12.3M"},
                       {1'288'490'189, "1.2G"},
                       {1'047'527'424, "999M"},
                       {1'073'741'823, "1G"}};
    for (const auto& one : sizes) CHECK(memory_words(one.bytes) == one.text);
    CHECK(cpu_words(0) == "0.00s");
    CHECK(cpu_words(309) == "0.30s");
    CHECK(cpu_words(9999) == "9.99s");
    CHECK(cpu_words(185'000) == "3m 5s");
}

TEST_CASE("TAI64N labels are read as multilog writes them") {
    auto when = parse_stamp_label("@400000006630f0d8075bcd15 text");
    REQUIRE(when);
    CHECK(when->seconds == 0x6630f0d8 - 10);
    CHECK(when->nanoseconds == 123456789);
    CHECK(readable_time(*when, zone::utc) == "2024-04-30 13:23:26.123Z");
    CHECK(rfc3339(*when) == "2024-04-30T13:23:26.123456789Z");
    for (std::string_view bad : {"", "@", "400000006630f0d8075bcd15", "@400000006630f0d8075bcd1",
                                 "@400000006630F0D8075BCD15", " @400000006630f0d8075bcd15"})
        CHECK(!parse_stamp_label(bad));
}

TEST_CASE("words are quoted so that sh reads them back") {
    CHECK(shell_quote("plain-word_1.0/x") == "plain-word_1.0/x");
    CHECK(shell_quote("") == "''");
    CHECK(shell_quote("two words") == "'two words'");
    CHECK(shell_quote("it's") == "'it'\\''s'");
    std::vector<std::string> words{"printf", "%s|", "",     "a b", "it's", "$HOME", "`id`",
                                   "\\n",    "*",   "a\nb", "~",   "\"",   "ü",     "--"};
    reeve::tests::scratch dir;
    std::string command = shell_command(words) + " > " + shell_quote(dir.path("out"));
    REQUIRE(std::system(command.c_str()) == 0);
    CHECK(dir.read("out") == "|a b|it's|$HOME|`id`|\\n|*|a\nb|~|\"|ü|--|");
}

TEST_CASE("the run script execs the command") {
    std::vector<std::string> command{"nginx", "-g", "daemon off;"};
    CHECK(run_script(command, "") == "#!/bin/sh\nexec 2>&1\nexec nginx -g 'daemon off;'\n");
    CHECK(run_script(command, "www") == "#!/bin/sh\nexec 2>&1\nexec setuidgid www nginx -g 'daemon off;'\n");
}

TEST_CASE("a mistyped word finds the one that was meant") {
    const std::vector<std::string> known{"db", "web", "worker", "web-cache", "status", "logs"};
    CHECK(nearest_word("wb", known) == "web"); // "db" is as near, but begins otherwise
    CHECK(nearest_word("stauts", known) == "status");
    CHECK(nearest_word("wor", known) == "worker");
    CHECK(nearest_word("web-", known) == "web");
    CHECK(!nearest_word("mysql", known));
    CHECK(!nearest_word("x", {}));
    CHECK(did_you_mean("lgs", known) == ", did you mean logs?");
    CHECK(did_you_mean("nothing-like-it", known).empty());
}
