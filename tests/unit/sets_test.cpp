// bit_set and hex: the two small value types without a source of their own.
#include "chainload/bit_set.hpp"
#include "chainload/hex.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace reeve::chainload;

TEST_CASE("bit_set holds small numbers and nothing outside its range") {
    bit_set<65> set;
    for (std::size_t member = 0; member < 70; ++member) CHECK(!set.has(member));
    set.add(0);
    set.add(63);
    set.add(64);
    set.add(65);
    set.add(1000);
    CHECK(set.has(0));
    CHECK(set.has(63));
    CHECK(set.has(64));
    CHECK(!set.has(1));
    CHECK(!set.has(65));
    CHECK(!set.has(1000));
    CHECK(set == bits_of<65>(0, 63, 64));
    set.clear();
    CHECK(set == bit_set<65>{});
}

TEST_CASE("bytes to lower-case hexadecimal and back") {
    std::array<unsigned char, 4> bytes{0x00, 0x7f, 0xab, 0xff};
    auto digits = format_hex(bytes);
    CHECK(std::string(digits.data(), digits.size()) == "007fabff");
    CHECK(parse_hex<4>("007fabff") == bytes);
    for (std::string_view bad : {"", "007fabf", "007fabff0", "007FABFF", "007fabfg", " 07fabff"})
        CHECK_MESSAGE(!parse_hex<4>(bad), bad);
}
