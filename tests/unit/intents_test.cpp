// .depengine/intents: what is written is read back, and what is no line of it is reported and left out.
#include "depengine/intents.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;

TEST_CASE("all that can be wished comes back from the text") {
    for (auto asked : {intent::none, intent::up, intent::down})
        for (auto doing : {action::none, action::start, action::restart, action::again, action::stop})
            for (unsigned flags = 0; flags < 8; ++flags) {
                wish one{asked, doing, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, 0, flags};
                if (brings_up(doing)) one.beyond = ~std::uint64_t{0};
                std::string text;
                format_tree({1, 2}, text);
                format_wish("web@1", one, text);
                parsed_intents back = parse_intents(text);
                CHECK(back.tree == reeve::supervise::tree_id{1, 2});
                CHECK(back.problems.empty());
                REQUIRE(back.wishes.contains("web@1"));
                CHECK(back.wishes["web@1"] == one);
            }
}

TEST_CASE("without the line of the tree nothing counts") {
    CHECK(!parse_intents("").tree);
    CHECK(!parse_intents("web up\n").tree);
    CHECK(!parse_intents("tree 12\nweb up\n").tree);
}

TEST_CASE("a line that was cut off, or is no line, is left out and reported") {
    std::string text;
    format_tree({}, text);
    parsed_intents read = parse_intents(text + "a up\n../b up\nc sideways\nd up start>x\ne up ru\nf up");
    CHECK(read.wishes.size() == 1);
    CHECK(read.problems.size() == 5);
    CHECK(read.problems[0].text.substr(0, 6) == "line 3");
}
