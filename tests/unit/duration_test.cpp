#include "chainload/duration.hpp"

#include <doctest/doctest.h>

using reeve::chainload::parse_duration;

TEST_CASE("durations") {
    CHECK(parse_duration("300ms") == 300);
    CHECK(parse_duration("5s") == 5000);
    CHECK(parse_duration("2m") == 120'000);
    CHECK(parse_duration("1h") == 3'600'000);
    CHECK(parse_duration("7") == 7000);
    CHECK(parse_duration("0") == 0);
    CHECK(parse_duration("0ms") == 0);
}

TEST_CASE("what is no duration") {
    for (auto text :
         {"", "s", "ms", "5 s", "-1", "+1", "1.5s", "5S", "5sec", "1d", " 5", "5\n", "s5", "0x5"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("a duration that does not fit is none") {
    CHECK(parse_duration("9223372036854775807ms") == INT64_MAX);
    CHECK_FALSE(parse_duration("9223372036854775808ms"));
    CHECK_FALSE(parse_duration("9223372036854775807"));
    CHECK_FALSE(parse_duration("18446744073709551616ms"));
    CHECK_FALSE(parse_duration("99999999999999999h"));
}
