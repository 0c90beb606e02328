#include "chainload/typing_distance.hpp"

#include <doctest/doctest.h>
#include <string>

using reeve::chainload::typing_distance;

TEST_CASE("slips of the hand between two words are counted") {
    CHECK(typing_distance("", "") == 0);
    CHECK(typing_distance("same", "same") == 0);
    CHECK(typing_distance("", "abc") == 3);
    CHECK(typing_distance("ab", "ba") == 1); // a swap is one
    CHECK(typing_distance("restart-dealy", "restart-delay") == 1);
    CHECK(typing_distance("kitten", "sitting") == 3);
    CHECK(typing_distance("abc", "cab") == 2);
}

TEST_CASE("words of any length are compared, by their beginnings") {
    std::string word(1000, 'x');
    CHECK(typing_distance(word, word + "y") == 0);
    CHECK(typing_distance(word, "x") == 127);
}
