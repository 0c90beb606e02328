// Moments as people and machines can both read them: "2026-11-21T21:43:51.123Z", always UTC, always that length.
#pragma once

#include "chainload/text.hpp"

#include <cstdint>

namespace reeve::tools {

using iso_time = chainload::text_buffer<32>;

// `milliseconds` since the epoch. The calendar is computed on eras of 400 years that begin in March, so that the
// leap day is the last day of a year.
inline iso_time format_iso_time(std::uint64_t milliseconds) {
    std::uint64_t days = milliseconds / 86'400'000, in_day = milliseconds % 86'400'000;
    std::uint64_t since_march_0 = days + 719'468; // days from 0000-03-01 to 1970-01-01
    std::uint64_t era = since_march_0 / 146'097, in_era = since_march_0 % 146'097;
    std::uint64_t year = (in_era - in_era / 1460 + in_era / 36'524 - in_era / 146'096) / 365;
    std::uint64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    std::uint64_t month = (5 * in_year + 2) / 153; // 0 is March
    std::uint64_t day = in_year - (153 * month + 2) / 5 + 1;
    year += era * 400 + (month >= 10 ? 1 : 0);

    iso_time text;
    auto add = [&](std::string_view before, std::uint64_t number, std::uint64_t highest_digit) {
        text.add(before);
        for (; highest_digit > 0; highest_digit /= 10)
            text.add(static_cast<char>('0' + number / highest_digit % 10));
    };
    add("", year, 1000);
    add("-", month < 10 ? month + 3 : month - 9, 10);
    add("-", day, 10);
    add("T", in_day / 3'600'000, 10);
    add(":", in_day / 60'000 % 60, 10);
    add(":", in_day / 1000 % 60, 10);
    add(".", in_day % 1000, 100);
    text.add('Z');
    return text;
}

} // namespace reeve::tools
