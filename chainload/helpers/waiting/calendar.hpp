// Calendar expressions of `at`: which times of the clock on the wall one means, and when the next of them is. Pure.
//
// The language is in chainload-waiting(1): "daily 03:00", "Mon..Fri *-*-* 09:00", five fields as in crontab(5).
//
// Where the clock is put forward, the times it skips come at its first moment after the skip, all as one. Where it
// is put back, a time that comes twice counts at its first coming, unless every hour is meant: then at both.
#pragma once

#include "chainload/bit_set.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace reeve::chainload {

struct calendar {
    bit_set<60> seconds, minutes;
    bit_set<24> hours;
    bit_set<32> days, days_from_end; // of the month, from 1; the last one is 1 from the end
    bit_set<13> months;
    bit_set<7> weekdays;     // 0 is Sunday
    bit_set<256> years;      // since 1970
    bool either_day = false; // a day fits by its number or by its weekday, not only by both
    bool every_hour = false;
};

// What is wrong with an expression, and from which byte on.
struct calendar_problem {
    std::size_t where = 0;
    const char* what = "";
};

// False: `problem` says why. A calendar without any date (February 30) is wrong, too.
bool parse_calendar(std::string_view text, calendar& into, calendar_problem& problem);

// How many seconds the local clock is ahead of UTC at an instant, which is seconds since the epoch.
using time_zone = std::int64_t (*)(std::int64_t instant);
constexpr std::int64_t utc(std::int64_t) {
    return 0;
}

// The first local time that fits and is `from` or later, both in seconds as if local were UTC. Nothing: there is none
// before the year 2200.
std::optional<std::int64_t> next_local_time(const calendar& expression, std::int64_t from);

// The first instant after `now` that the expression means. Nothing: it will not come.
std::optional<std::int64_t> next_time(const calendar& expression, std::int64_t now, time_zone zone);

} // namespace reeve::chainload
