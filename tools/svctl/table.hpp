// A table as text: aligned columns, cut to the terminal's width. Pure.
//
// Where the table is wider than the terminal, the columns that matter least are left out one by one; if even
// the rest does not fit, the last column and then the first are cut.
#pragma once

#include "tools/svctl/colour.hpp"

#include <string>
#include <vector>

namespace reeve::svctl {

struct column {
    std::string title;
    bool right = false;
    unsigned leave_out = 0; // 0: never; else the highest goes first
};

struct cell {
    std::string text;
    colour with = colour::none;
};

struct table {
    std::vector<column> columns;
    std::vector<std::vector<cell>> rows; // each as long as columns
};

// With a title line and a newline after each row, no blanks at line ends. Width 0: nothing is left out or cut.
std::string format_table(const table& content, unsigned width, bool colours);

} // namespace reeve::svctl
