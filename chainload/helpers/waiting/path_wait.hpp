// Waiting until conditions at paths hold, all at one time or one of them.
#pragma once

#include "chainload/helpers/waiting/path_condition.hpp"

#include <span>

namespace reeve::chainload {

// True: they hold; false: `deadline_ms` (monotonic, negative for none) has passed. A failure is about `culprit`,
// nullptr if about no path.
result<bool> wait_for_paths(std::span<path_condition> conditions, bool one_is_enough,
                            std::int64_t deadline_ms, const char*& culprit);

} // namespace reeve::chainload
