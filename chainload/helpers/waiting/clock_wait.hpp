// Sleeping until a time of the wall clock that may change its mind: a step of the clock wakes, nothing else does.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>
#include <optional>

namespace reeve::chainload {

// Waits until due(now) is over, in milliseconds since the epoch; it is asked again after each step of the clock. The
// result is the time then; nothing if due(now) is nothing: it will never be.
result<std::optional<std::int64_t>>
wait_for_clock(std::optional<std::int64_t> (*due)(void*, std::int64_t now_ms), void* argument);

template <class Due>
result<std::optional<std::int64_t>> wait_for_clock(Due&& due) {
    return wait_for_clock(
        [](void* self, std::int64_t now_ms) {
            return (*static_cast<std::remove_reference_t<Due>*>(self))(now_ms);
        },
        &due);
}

// Waits so long, time in which the machine sleeps included; steps of the clock are nothing to it.
result<void> wait_for_span(std::int64_t span_ms);

} // namespace reeve::chainload
