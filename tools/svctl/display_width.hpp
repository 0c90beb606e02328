// How many columns a UTF-8 text takes on a terminal, and making any bytes safe to show there. Pure.
//
// Wide are the East Asian and emoji blocks, without width the combining marks and joiners; everything else is
// one column. This is a table of blocks, not the whole Unicode database: names and log prefixes need no more.
#pragma once

#include <string>
#include <string_view>

namespace reeve::svctl {

std::size_t display_width(std::string_view text);

// At most `width` columns of `text`; what is cut is replaced by "…".
std::string cut_to_width(std::string_view text, std::size_t width);

// Control characters and bytes that are no UTF-8 become \xNN, so that no service can drive the reader's
// terminal. Tabs stay; colour sequences (ESC [ … m) stay if `keep_colours`.
std::string safe_to_show(std::string_view text, bool keep_colours = false);

// Bytes that are no UTF-8 become U+FFFD: what JSON needs.
std::string as_utf8(std::string_view text);

} // namespace reeve::svctl
