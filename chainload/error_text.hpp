// What an errno is called in our messages: daemontools' own words (error_str.c of daemontools 0.76), because
// scripts and clients compare them literally, and a text of ours for numbers that table does not know.
#pragma once

#include <string_view>

namespace reeve::chainload {

// Never empty; "unknown error" for a number without a text.
std::string_view error_text(int error);

} // namespace reeve::chainload
