// multilog's words, patterns, stamps and sizes.
#include "tools/logtools/pattern.hpp"
#include "tools/logtools/script.hpp"
#include "tools/logtools/stamp.hpp"

#include <array>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace reeve::logtools;

namespace {
struct parsed {
    explicit parsed(std::vector<std::string> given)
        : words(std::move(given))
        , actions(words.size())
        , logs(most_logs) {
        for (std::string& word : words) pointers.push_back(word.data());
        all.actions = actions;
        all.logs = logs;
        error = parse_script(pointers, all);
    }
    std::vector<std::string> words;
    std::vector<char*> pointers;
    std::vector<action> actions;
    std::vector<log_settings> logs;
    script all;
    std::optional<script_error> error;
};
} // namespace

TEST_CASE("the words of a script") {
    parsed one(
        {"t", "-*", "+a*", "e", "=status", "s64k", "n5", "./main", "T1G", "A7d", "d", "D", "z19", "/second"});
    REQUIRE(!one.error);
    CHECK(one.all.stamp == stamp_kind::tai64n);
    CHECK(one.all.action_count == 6);
    CHECK(one.all.log_count == 2);
    CHECK(!one.all.simple());
    CHECK(one.logs[0].size == 65536);
    CHECK(one.logs[0].count == 5);
    CHECK(one.logs[0].total == 0);
    CHECK(one.logs[1].size == 65536);
    CHECK(one.logs[1].total == std::uint64_t{1} << 30);
    CHECK(one.logs[1].age == 7 * 86'400);
    CHECK(one.logs[1].daily);
    CHECK(one.logs[1].drops);
    CHECK(one.logs[1].level == 19);
    CHECK(std::string(one.logs[1].directory) == "/second");
}

TEST_CASE("the number of files: 10, but for caps of another kind") {
    CHECK(parsed({"./main"}).logs[0].count == 10);
    CHECK(parsed({"T1M", "./main"}).logs[0].count == 0);
    CHECK(parsed({"A1d", "./main"}).logs[0].count == 0);
    CHECK(parsed({"n7", "A1d", "./main"}).logs[0].count == 7);
    CHECK(parsed({"n0", "./main"}).logs[0].count == 2);
}

TEST_CASE("a setting behind the last directory is told of") {
    CHECK(parsed({"./main"}).all.without_log == nullptr);
    CHECK(std::string(parsed({"./main", "s5000"}).all.without_log) == "s5000");
    CHECK(parsed({"./main", "p2s"}).all.without_log == nullptr);
}

TEST_CASE("the hash tells scripts apart") {
    CHECK(parsed({"t", "./main"}).all.hash == parsed({"t", "./main"}).all.hash);
    CHECK(parsed({"t", "./main"}).all.hash != parsed({"t./main"}).all.hash);
    CHECK(parsed({"-a", "-b"}).all.hash != parsed({"-b", "-a"}).all.hash);
}

TEST_CASE("sizes") {
    CHECK(parse_size("0") == 4096U);
    CHECK(parse_size("99999") == 99'999U);
    CHECK(parse_size("99999999999") == 16'777'215U);
    CHECK(parse_size("1k") == 4096U);
    CHECK(parse_size("100M") == 100U << 20);
    CHECK(parse_size("2G") == std::uint64_t{2} << 30);
    for (const char* wrong :
         {"", "k", "-1", "1m", "1kk", "1.5M", " 1", "99999999999999999999", "9999999999G"})
        CHECK_MESSAGE(!parse_size(wrong), wrong);
}

TEST_CASE("ages") {
    CHECK(parse_age("90") == 90);
    CHECK(parse_age("90s") == 90);
    CHECK(parse_age("2m") == 120);
    CHECK(parse_age("4w") == 4 * 604'800);
    for (const char* wrong : {"", "0", "d", "1y", "-1d", "1dd", "99999999999d"})
        CHECK_MESSAGE(!parse_age(wrong), wrong);
}

TEST_CASE("patterns") {
    struct row {
        const char *pattern, *text;
        bool matched;
    };
    constexpr row rows[] = {
        {"", "", true},
        {"", "a", false},
        {"hello", "hello", true},
        {"hello", "hello world", false},
        {"*", "", true},
        {"*", "anything", true},
        {"a*", "a", true},
        {"a*", "b", false},
        {"*a", "xxa", true},
        {"*a", "xaa", false},
        {"*a*", "xaa", true},
        {"*a*b", "xaxb", true},
        {"**", "x", false},
        {"**", "*x", true},
        {"**", "ab*", true},
        {"[*]: x", "[135]: x", true},
        {"[*]: x", "[]]: x", false},
        {"* fatal: *", "@4000 fatal: oom", true},
        {"*ab", "xaab", false},
    };
    for (const row& one : rows) {
        CAPTURE(one.pattern);
        CAPTURE(one.text);
        CHECK(matches(one.pattern, one.text) == one.matched);
    }
}

TEST_CASE("stamps") {
    timespec when{935'467'455, 787'492'500};
    CHECK(make_stamp(stamp_kind::none, when, 0).view().empty());
    CHECK(make_stamp(stamp_kind::tai64n, when, 3600).view() == "@4000000037c219c92ef02e94 ");
    CHECK(make_stamp(stamp_kind::utc, when, 3600).view() == "1999-08-24T04:04:15.787492Z ");
    CHECK(make_stamp(stamp_kind::local, when, 3600).view() == "1999-08-24T05:04:15.787492+01:00 ");
    CHECK(make_stamp(stamp_kind::local, when, -34'200).view() == "1999-08-23T18:34:15.787492-09:30 ");
    CHECK(make_stamp(stamp_kind::local, {-5, 0}, -3600).view() == "1970-01-01T00:00:00.000000-01:00 ");
}
