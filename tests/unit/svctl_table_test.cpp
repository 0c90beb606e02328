// svctl's display: widths, safety of what is shown, tables on wide and narrow terminals.
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/table.hpp"

#include <doctest/doctest.h>
#include <sstream>

using namespace reeve::svctl;

TEST_CASE("widths are counted in columns") {
    CHECK(display_width("") == 0);
    CHECK(display_width("plain") == 5);
    CHECK(display_width("über") == 4);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("e\xcc\x81") == 1); // with a combining accent
    CHECK(display_width("🚀") == 2);
    CHECK(display_width("\xff\xfe") == 2);     // no UTF-8: shown byte by byte
    CHECK(display_width("\xc3") == 1);         // cut in the middle
    CHECK(display_width("\xed\xa0\x80") == 3); // a surrogate
}

TEST_CASE("what is cut ends in an ellipsis and never in half a character") {
    CHECK(cut_to_width("abc", 3) == "abc");
    CHECK(cut_to_width("abcd", 3) == "ab…");
    CHECK(cut_to_width("日本語", 4) == "日…");
    CHECK(cut_to_width("abc", 0).empty());
    for (std::size_t width = 0; width < 8; ++width)
        CHECK(display_width(cut_to_width("日ab語ü🚀", width)) <= width);
}

TEST_CASE("nothing that is shown can drive the terminal") {
    CHECK(safe_to_show("tab\tstays") == "tab\tstays");
    CHECK(safe_to_show("\x1b[2Jgone") == "\\x1b[2Jgone");
    CHECK(safe_to_show("bell\a") == "bell\\x07");
    CHECK(safe_to_show("\xff") == "\\xff");
    CHECK(safe_to_show("\xc2\x9b"
                       "31m") == "\\xc2\\x9b31m"); // CSI as one character
    CHECK(safe_to_show("\x1b[31mred\x1b[0m", true) == "\x1b[31mred\x1b[0m");
    CHECK(safe_to_show("\x1b[31mred") == "\\x1b[31mred");
    CHECK(safe_to_show("\x1b]0;title\a", true) == "\\x1b]0;title\\x07");
    CHECK(as_utf8("ok\xff") == "ok\xef\xbf\xbd");
}

namespace {
table sample() {
    table content;
    content.columns = {{"NAME"}, {"PID", true, 1}, {"CPU", true, 2}, {"REMARK"}};
    content.rows = {{{"web"}, {"7"}, {"0.1s"}, {""}},
                    {{"日本"}, {"12345"}, {"-"}, {"a rather long remark about it"}}};
    return content;
}
std::size_t widest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
    return widest;
}
} // namespace

TEST_CASE("columns are aligned, and no line ends in blanks") {
    CHECK(format_table(sample(), 0, false) == "NAME    PID   CPU  REMARK\n"
                                              "web       7  0.1s\n"
                                              "日本  12345     -  a rather long remark about it\n");
}

TEST_CASE("a narrow terminal loses what matters least, and no line is wider than it") {
    for (unsigned width = 24; width < 60; ++width) {
        CAPTURE(width);
        CHECK(widest_line(format_table(sample(), width, false)) <= width);
    }
    std::string at_24 = format_table(sample(), 24, false);
    CHECK(at_24.find("CPU") == std::string::npos);
    CHECK(at_24.find("PID") != std::string::npos);
    std::string at_20 = format_table(sample(), 16, false);
    CHECK(at_20.find("PID") == std::string::npos);
    CHECK(at_20.find("web") != std::string::npos);
}

TEST_CASE("colours change nothing but the colours") {
    table content = sample();
    content.rows[0][0].with = colour::green;
    std::string coloured = format_table(content, 0, true);
    CHECK(coloured.find("\x1b[32mweb\x1b[0m") != std::string::npos);
    std::string plain;
    for (std::size_t at = 0; at < coloured.size();) {
        if (coloured[at] == '\x1b')
            at = coloured.find('m', at) + 1;
        else
            plain += coloured[at++];
    }
    CHECK(plain == format_table(content, 0, false));
}

TEST_CASE("a table without rows is its titles") {
    table content;
    content.columns = {{"A"}, {"B"}};
    CHECK(format_table(content, 0, false) == "A  B\n");
    CHECK(format_table({}, 20, false) == "\n");
}
