// Signals as the scripts see them: a signal that a script names with `on` is blocked and taken here, at the
// script's waits; every other one keeps the disposition and the mask that supervise gave.
#pragma once

#include <cstdint>
#include <string_view>

namespace reeve::recorder {

// `on SIGNAL ignore | record | exit CODE`; SIGNAL may be `all`: every one that can be caught.
bool on_signal(std::string_view signal, std::string_view what, int exit_code);

// Waits, taking signals: so many milliseconds, or for ever if negative.
void wait_ms(std::int64_t milliseconds);

} // namespace reeve::recorder
