// When the next time of a calendar expression is: days and times by the sets of the expression, and the way through
// the changes of a zone's offset.
#include "chainload/helpers/waiting/calendar.hpp"
#include "chainload/helpers/waiting/civil_day.hpp"

#include <algorithm>

namespace reeve::chainload {

namespace {
constexpr std::int64_t a_day = 86400;

bool has(const auto& set, int member) {
    return set.has(static_cast<std::size_t>(member));
}

bool fits(const calendar& expression, const civil_day& date) {
    bool by_number = has(expression.days, date.day) || has(expression.days_from_end, date.days_left() + 1);
    bool by_weekday = has(expression.weekdays, date.weekday());
    return expression.either_day ? by_number || by_weekday : by_number && by_weekday;
}

// The first time of day, in seconds, that is `from` or later.
std::optional<std::int64_t> time_of_day(const calendar& expression, std::int64_t from) {
    for (std::int64_t hour = from / 3600; hour < 24; ++hour) {
        if (!has(expression.hours, static_cast<int>(hour))) continue;
        for (std::int64_t minute = std::max<std::int64_t>(from - hour * 3600, 0) / 60; minute < 60;
             ++minute) {
            if (!has(expression.minutes, static_cast<int>(minute))) continue;
            std::int64_t begin = hour * 3600 + minute * 60;
            for (std::int64_t second = std::max<std::int64_t>(from - begin, 0); second < 60; ++second)
                if (has(expression.seconds, static_cast<int>(second))) return begin + second;
        }
    }
    return std::nullopt;
}

// The first instant in (`from`, `to`] at which the offset is not `offset` any more; at `to` it is not.
std::int64_t change_of_offset(time_zone zone, std::int64_t from, std::int64_t to, std::int64_t offset) {
    while (to - from > 1) {
        std::int64_t middle = from + (to - from) / 2;
        (zone(middle) == offset ? from : to) = middle;
    }
    return to;
}

// Whether the clock has shown the time of `instant` once before, less than a day ago.
bool is_second_coming(time_zone zone, std::int64_t instant, std::int64_t offset) {
    std::int64_t before = zone(instant - a_day);
    return before > offset && zone(instant + offset - before) == before;
}
} // namespace

std::optional<std::int64_t> next_local_time(const calendar& expression, std::int64_t from) {
    from = std::max<std::int64_t>(from, 0);
    civil_day date = civil_day_of(from / a_day);
    std::int64_t earliest = from % a_day;
    while (date.year <= last_year) {
        if (!has(expression.years, date.year - first_year) || !has(expression.months, date.month)) {
            date.to_next_month();
            earliest = 0;
            continue;
        }
        if (fits(expression, date))
            if (auto time = time_of_day(expression, earliest)) return date.number * a_day + *time;
        date.to_next_day();
        earliest = 0;
    }
    return std::nullopt;
}

// Goes from instant to instant, each time as far as the offset is known to stay: at most a day, unless the next time is
// days away, when what is between cannot matter.
std::optional<std::int64_t> next_time(const calendar& expression, std::int64_t now, time_zone zone) {
    std::int64_t at = now + 1;
    // Right before a skip: what it skips lies ahead.
    if (std::int64_t before = zone(now), after = zone(at); before < after)
        if (auto local = next_local_time(expression, at + before); local && *local < at + after) return at;
    for (;;) {
        std::int64_t offset = zone(at);
        auto local = next_local_time(expression, at + offset);
        if (!local) return std::nullopt;
        std::int64_t candidate = *local - offset;
        std::int64_t known = std::min(candidate, at + a_day);
        if (zone(known) != offset) {
            std::int64_t change = change_of_offset(zone, at, known, offset);
            if (candidate >= change) {
                // The clock skips from change + offset to change + zone(change), if it is put forward.
                if (*local < change + zone(change)) return change;
                at = change;
                continue;
            }
        } else if (known < candidate) {
            at = std::max(known, candidate - 2 * a_day);
            continue;
        }
        if (expression.every_hour || !is_second_coming(zone, candidate, offset)) return candidate;
        at = candidate + 1;
    }
}

} // namespace reeve::chainload
