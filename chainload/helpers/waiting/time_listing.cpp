#include "chainload/helpers/waiting/time_listing.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/waiting/civil_day.hpp"

namespace reeve::chainload {

namespace {
struct two_digits {
    std::int64_t number;
};

template <std::size_t N>
void add(text_buffer<N>& to, two_digits of) {
    to.add(of.number / 10).add(of.number % 10);
}
} // namespace

text_buffer<64> time_in_words(std::int64_t instant, time_zone zone) {
    constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
    std::int64_t offset = zone(instant), local = instant + offset;
    civil_day date = civil_day_of(local / 86400);
    std::int64_t minute = local / 60, ahead = (offset < 0 ? -offset : offset) / 60;
    text_buffer<64> words(weekdays.substr(static_cast<std::size_t>(date.weekday()) * 3, 3), ' ', date.year);
    constexpr char separators[] = {'-', '-', ' ', ':', ':'};
    const std::int64_t parts[] = {date.month, date.day, minute / 60 % 24, minute % 60, local % 60};
    for (std::size_t i = 0; i < std::size(parts); ++i) {
        words.add(separators[i]);
        add(words, two_digits{parts[i]});
    }
    words.add(offset < 0 ? " -" : " +");
    add(words, two_digits{ahead / 60});
    add(words, two_digits{ahead % 60});
    return words;
}

unsigned print_times(int fd, const calendar& expression, std::int64_t now, time_zone zone, unsigned count) {
    unsigned printed = 0;
    for (auto next = next_time(expression, now, zone); next && printed < count; ++printed) {
        (void)write_all(fd, time_in_words(*next, zone).add('\n').view());
        next = next_time(expression, *next, zone);
    }
    return printed;
}

} // namespace reeve::chainload
