// When `at` goes on: the decision, from the last run and the clock. Pure; milliseconds since the epoch.
#pragma once

#include "chainload/helpers/waiting/calendar.hpp"

namespace reeve::chainload {

struct schedule {
    const calendar* expression = nullptr; // nullptr: an interval
    time_zone zone = utc;
    std::int64_t interval_ms = 0;
    // Since when times count: the last run, or the start where none is known.
    std::int64_t since_ms = 0;
    std::int64_t delay_ms = 0; // to be added, unless the time was missed before the start
    std::int64_t start_ms = 0;
};

// When to go on; at once if that is over. Nothing: never. To be asked again after a step of the clock.
//
// A clock that was put back by up to an hour does not bring back a time that has been. One that was put back by more was
// wrong before, so `since_ms` becomes now; as it does for an interval, which is a time to pass, after any step back.
std::optional<std::int64_t> due_time(schedule& plan, std::int64_t now_ms);

} // namespace reeve::chainload
