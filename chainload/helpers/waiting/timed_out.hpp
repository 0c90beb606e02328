// The end of a wait with a limit: -t DURATION of this group's helpers, as of svwait(8).
#pragma once

#include "chainload/clock.hpp"
#include "chainload/helpers/helper.hpp"

#include <limits>

namespace reeve::chainload {

inline constexpr int code_timed_out = 99;

// Monotonic milliseconds.
inline std::int64_t deadline_in(std::int64_t limit_ms) {
    std::int64_t now = monotonic_ms(), most = std::numeric_limits<std::int64_t>::max() - now;
    return now + (limit_ms < most ? limit_ms : most);
}

inline next timed_out(process& self) {
    next halted = self.fatal("timed out");
    halted.exit_code = code_timed_out;
    return halted;
}

} // namespace reeve::chainload
