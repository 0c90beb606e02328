// Looks for a text in what a program writes, on its way through: notify-when line.
#pragma once

#include "chainload/helpers/sockets/program_watcher.hpp"

#include <string_view>

namespace reeve::chainload {

inline constexpr std::size_t longest_line_text = 512;

// Copies `from` to `to` until a line has `text` in it, which holds no newline and has at most longest_line_text bytes.
// False: `from` has ended, `to` takes nothing any more, or the deadline was first.
bool copy_until_line(int from, int to, std::string_view text, const program_watcher& watcher,
                     std::int64_t deadline_ms);

// Copies what follows, to the end.
void copy_rest(int from, int to);

} // namespace reeve::chainload
