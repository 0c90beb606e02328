// Until when it waits: the helpers of chainload-waiting(1), which are sources of events for services.
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_at(char** arguments, process& self);

// clang-format off
inline constexpr helper waiting_helpers[] = {
    {"at", run_at, "[-u] [-r DURATION] [-c FILE] CALENDAR|every INTERVAL PROGRAM ... | at [-u] -n COUNT CALENDAR", "wait until a time of the calendar, or for an interval"},
};
// clang-format on

} // namespace reeve::chainload
