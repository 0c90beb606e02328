// A time namespace: time_namespaces(7). A new one is for children at first; its offsets are fixed by the first process
// in it, which is then this one.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>
#include <optional>

namespace reeve::chainload {

// Enters the time namespace that was made, with clocks that are ahead by so many seconds, or behind.
result<void> enter_time_namespace(std::optional<std::int64_t> monotonic,
                                  std::optional<std::int64_t> boottime);

} // namespace reeve::chainload
