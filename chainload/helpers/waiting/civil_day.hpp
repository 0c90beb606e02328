// Days of the Gregorian calendar, 1970 to 2199: a count of days since the epoch, and year, month and day. Pure.
#pragma once

#include <cstdint>

namespace reeve::chainload {

inline constexpr int first_year = 1970, last_year = 2199;

constexpr bool is_leap_year(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr int days_of_month(int year, int month) {
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

struct civil_day {
    int year = first_year, month = 1, day = 1;
    std::int64_t number = 0; // days since the epoch

    constexpr int weekday() const { return static_cast<int>((number + 4) % 7); } // 0 is Sunday
    constexpr int days_left() const { return days_of_month(year, month) - day; } // in its month
    constexpr void to_next_month() {
        number += days_left() + 1;
        day = 1;
        month = month % 12 + 1;
        if (month == 1) ++year;
    }
    constexpr void to_next_day() {
        if (days_left() == 0) return to_next_month();
        ++day;
        ++number;
    }
};

// The day `number` days after the epoch; never negative.
constexpr civil_day civil_day_of(std::int64_t number) {
    civil_day found;
    auto length = [&] { return is_leap_year(found.year) ? 366 : 365; };
    for (; number - found.number >= length(); ++found.year) found.number += length();
    while (number - found.number > found.days_left()) found.to_next_month();
    found.day += static_cast<int>(number - found.number);
    found.number = number;
    return found;
}

} // namespace reeve::chainload
