// The words of status about one service, and their colours. Pure: the moment is passed in.
#pragma once

#include "tools/svctl/colour.hpp"
#include "tools/svctl/snapshot.hpp"

#include <string>

namespace reeve::svctl {

colour colour_of_phase(const snapshot& seen);

// Milliseconds in its present state; nothing without a record, or before the first start.
std::optional<std::int64_t> age_ms(const snapshot& seen, std::int64_t now_ms);

// How often it was started again: the starts after the first.
std::uint64_t restarts(const snapshot& seen);

// Whatever of it asks for attention, in a few words: "next start in 3s", "paused", "supervise died", the status
// text last. Empty if there is nothing to say.
std::string remark(const snapshot& seen, std::int64_t now_ms);

} // namespace reeve::svctl
