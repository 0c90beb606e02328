// One log line as it is shown: "2024-05-01 12:34:56.789 web: text", or a JSON object. Pure.
#pragma once

#include "tools/svctl/colour.hpp"
#include "tools/svctl/log_merge.hpp"

#include <string>

namespace reeve::svctl {

struct log_style {
    bool colours = false;
    bool for_terminal = false; // control characters are made visible
    bool raw = false;          // stamps stay as they are
    zone in = zone::local;
    std::size_t name_width = 0; // names are filled up to this
};

// With a newline. A line without a stamp has blanks in its place.
std::string log_text(std::string_view service, const log_line& line, const log_style& style);

// The line without its label.
std::string_view text_of(const log_line& line);

// Always the same colour for the same name.
colour colour_of_name(std::string_view name);

} // namespace reeve::svctl
