// The next times of a calendar expression, in words: "Mon 2026-11-23 03:00:00 +0100".
#pragma once

#include "chainload/helpers/waiting/calendar.hpp"
#include "chainload/text.hpp"

namespace reeve::chainload {

// `instant` as the clock of `zone` shows it.
text_buffer<64> time_in_words(std::int64_t instant, time_zone zone);

// Prints the next `count` times after `now`, one a line. How many there were.
unsigned print_times(int fd, const calendar& expression, std::int64_t now, time_zone zone, unsigned count);

} // namespace reeve::chainload
