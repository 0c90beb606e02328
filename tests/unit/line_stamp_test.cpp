// The stamps that loggers put in front of lines, as svctl reads them.
#include "tools/svctl/time_text.hpp"

#include <doctest/doctest.h>

using namespace reeve::svctl;

TEST_CASE("stamps of all loggers") {
    struct row {
        const char* line;
        std::int64_t seconds;
        std::uint32_t nanoseconds;
        std::size_t size;
    };
    constexpr row rows[] = {
        {"@4000000037c219c92ef02e94 x", 935'467'455, 787'492'500, 25},
        {"1999-08-24T04:04:15.787492Z x", 935'467'455, 787'492'000, 27},
        {"1999-08-24T05:04:15.787492+01:00 x", 935'467'455, 787'492'000, 32},
        {"1999-08-23T18:34:15.787492-09:30 x", 935'467'455, 787'492'000, 32},
        {"1999-08-24_04:04:15.78749 x", 935'467'455, 787'490'000, 25},
        {"1999-08-24T04:04:15.78749 x", 935'467'455, 787'490'000, 25},
        {"1999-08-24T04:04:15Z", 935'467'455, 0, 20},
        {"1999-08-24T04:04:15", 935'467'455, 0, 19},
    };
    for (const row& one : rows) {
        CAPTURE(one.line);
        auto stamp = parse_line_stamp(one.line);
        REQUIRE(stamp);
        CHECK(stamp->when.seconds == one.seconds);
        CHECK(stamp->when.nanoseconds == one.nanoseconds);
        CHECK(stamp->size == one.size);
    }
}

TEST_CASE("what is no stamp") {
    for (const char* line : {"", "x", "@", "@4000", "1999-08-24", "1999-08-24 04:04:15 x",
                             "1999-13-24T04:04:15Z x", "1999-08-24T24:04:15Z x", "1999-08-24T04:04:15+1:00 x",
                             "1999-08-24T04:04:15Zx", "1999-08-24T04:04:15+01", "1999-0a-24T04:04:15Z x"}) {
        CAPTURE(line);
        CHECK(!parse_line_stamp(line));
    }
}
