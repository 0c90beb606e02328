#include "chainload/number.hpp"

#include <cstdint>
#include <doctest/doctest.h>

using reeve::chainload::parse_number;
using reeve::chainload::trim_blanks;

TEST_CASE("numbers are decimal digits and nothing else") {
    CHECK(parse_number<std::uint32_t>("0") == 0u);
    CHECK(parse_number<std::uint32_t>("007") == 7u);
    CHECK(parse_number<std::uint32_t>("4294967295") == 4294967295u);
    CHECK(parse_number<std::uint8_t>("255") == std::uint8_t{255});
    for (std::string_view bad :
         {"", " ", "+1", "-1", "1 ", " 1", "0x10", "1e3", "1.0", "12a", "4294967296", "\n", "1\n"})
        CHECK_MESSAGE(!parse_number<std::uint32_t>(bad), bad);
    CHECK(!parse_number<std::uint8_t>("256"));
    CHECK(!parse_number<std::uint64_t>("18446744073709551616"));
    CHECK(!parse_number<std::uint32_t>(std::string_view("1\0", 2)));
}

TEST_CASE("blanks around, and one newline after, are cut off") {
    CHECK(trim_blanks(" \t12 \t\n") == "12");
    CHECK(trim_blanks("12") == "12");
    CHECK(trim_blanks("\n") == "");
    CHECK(trim_blanks("") == "");
    CHECK(trim_blanks("12\n\n") == "12\n");
    CHECK(trim_blanks("12\r\n") == "12\r");
    CHECK(trim_blanks("\n12") == "\n12");
    CHECK(trim_blanks(" 1 2 ") == "1 2");
}
