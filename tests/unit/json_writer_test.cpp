#include "tools/json_writer.hpp"

#include <doctest/doctest.h>

using reeve::tools::utf8_length;

TEST_CASE("valid characters") {
    CHECK(utf8_length("a") == 1);
    CHECK(utf8_length("\x7f") == 1);
    CHECK(utf8_length("\xc2\x80") == 2);
    CHECK(utf8_length("\xc3\xa4x") == 2);
    CHECK(utf8_length("\xe0\xa0\x80") == 3);
    CHECK(utf8_length("\xed\x9f\xbf") == 3);
    CHECK(utf8_length("\xef\xbf\xbf") == 3);
    CHECK(utf8_length("\xf0\x90\x80\x80") == 4);
    CHECK(utf8_length("\xf4\x8f\xbf\xbf") == 4);
}

TEST_CASE("what is no UTF-8") {
    for (auto text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3x", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
          "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
        CAPTURE(text);
        CHECK(utf8_length(text) == 0);
    }
    CHECK(utf8_length("") == 0);
}
