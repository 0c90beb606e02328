#include "tools/iso_time.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

using reeve::tools::format_iso_time;

namespace {
std::string text(std::uint64_t milliseconds) {
    return std::string(format_iso_time(milliseconds).view());
}
} // namespace

TEST_CASE("moments with a meaning") {
    CHECK(text(0) == "1970-01-01T00:00:00.000Z");
    CHECK(text(951'782'399'999) == "2000-02-28T23:59:59.999Z");
    CHECK(text(951'782'400'000) == "2000-02-29T00:00:00.000Z");
    CHECK(text(951'868'800'000) == "2000-03-01T00:00:00.000Z");
    CHECK(text(4'107'542'399'000) == "2100-02-28T23:59:59.000Z");
    CHECK(text(4'107'542'400'000) == "2100-03-01T00:00:00.000Z");
}

TEST_CASE("the same days as the C library's") {
    for (std::time_t day = 0; day < 200 * 366; ++day) {
        std::time_t seconds = day * 86'400 + day % 86'400;
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        char expected[64];
        std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
        REQUIRE(text(static_cast<std::uint64_t>(seconds) * 1000) == expected);
    }
}
