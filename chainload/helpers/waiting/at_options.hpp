// What `at` is told on its command line.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/helpers/waiting/calendar.hpp"

#include <optional>

namespace reeve::chainload {

struct at_options {
    calendar expression;
    bool is_interval = false;
    std::int64_t interval_ms = 0;
    bool in_utc = false;
    std::int64_t most_delay_ms = 0;
    const char* last_run = nullptr; // the file, if any
    unsigned listed = 0;            // so many times are to be printed, and nothing run
    char** program = nullptr;
};

// Nothing: wrong usage, which `self` has been told, and `halted` is what to return.
bool read_at_options(char** arguments, process& self, at_options& into, next& halted);

} // namespace reeve::chainload
