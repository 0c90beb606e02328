#include "chainload/text.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <limits>

using reeve::chainload::text_buffer;

TEST_CASE("text_buffer joins texts, characters and numbers") {
    text_buffer<64> text("a", 'b', std::string_view("cd"), 42, -7);
    CHECK(text.view() == "abcd42-7");
    CHECK(text.c_str()[8] == '\0');
    CHECK(!text.overflowed());
    text.clear();
    CHECK(text.view().empty());
    text.add(std::numeric_limits<std::uint64_t>::max())
        .add(' ')
        .add(std::numeric_limits<std::int64_t>::min());
    CHECK(text.view() == "18446744073709551615 -9223372036854775808");
}

TEST_CASE("text_buffer cuts what does not fit, says so, and stays terminated") {
    text_buffer<5> text("abcd");
    CHECK(!text.overflowed());
    text.add('e').add("f");
    CHECK(text.overflowed());
    CHECK(text.view() == "abcd");
    CHECK(text.c_str()[4] == '\0');
    text.clear();
    CHECK(!text.overflowed());
    CHECK(text.add(std::string_view("\0x", 2)).view().size() == 2);
}
