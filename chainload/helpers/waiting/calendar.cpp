#include "chainload/helpers/waiting/calendar.hpp"

#include "chainload/helpers/waiting/calendar_reader.hpp"

namespace reeve::chainload {

namespace {
template <std::size_t N>
void fill(bit_set<N>& set, unsigned low, unsigned high) {
    for (unsigned member = low; member <= high; ++member) set.add(member);
}

// Every day, at no time yet.
void begin_every_day(calendar& into) {
    into = {};
    fill(into.days, 1, 31);
    fill(into.months, 1, 12);
    fill(into.weekdays, 0, 6);
    fill(into.years, 0, last_year - first_year);
}

template <std::size_t N>
void only(bit_set<N>& set, unsigned member) {
    set.clear();
    set.add(member);
}

bool read_seconds(calendar_reader& in, calendar& into) {
    if (in.take(":")) return in.list(second_field, into.seconds, false);
    into.seconds.add(0);
    return true;
}

bool read_time(calendar_reader& in, calendar& into) {
    return in.list(hour_field, into.hours, false) && in.expect(':', "a time is HOUR:MINUTE") &&
           in.list(minute_field, into.minutes, false) && read_seconds(in, into);
}

// What is left unsaid is midnight.
bool read_time_or_midnight(calendar_reader& in, calendar& into) {
    in.skip_blanks();
    if (!in.at_end()) return read_time(in, into);
    into.hours.add(0);
    into.minutes.add(0);
    into.seconds.add(0);
    return true;
}

bool read_weekdays(calendar_reader& in, calendar& into) {
    into.weekdays.clear();
    return in.list(weekday_field, into.weekdays, true) && in.end_of_word("a blank belongs behind weekdays");
}

// DAY, or ~DAY counted from the end of the month.
bool read_day_of_date(calendar_reader& in, calendar& into) {
    into.days.clear();
    if (in.take("~")) return in.list(end_day_field, into.days_from_end, false);
    if (!in.take("-")) return in.fail("a date is YEAR-MONTH-DAY or MONTH-DAY");
    return in.list(day_field, into.days, false);
}

bool read_date(calendar_reader& in, calendar& into) {
    std::string_view word = in.word();
    std::size_t dash = word.find('-');
    if (dash != std::string_view::npos && word.find_first_of("-~", dash + 1) != std::string_view::npos) {
        into.years.clear();
        if (!in.list(year_field, into.years, false)) return false;
        if (!in.expect('-', "a date is YEAR-MONTH-DAY or MONTH-DAY")) return false;
    }
    into.months.clear();
    return in.list(month_field, into.months, false) && read_day_of_date(in, into) &&
           in.end_of_word("a blank belongs behind a date");
}

bool read_daily(calendar_reader& in, calendar& into) {
    return read_time_or_midnight(in, into);
}

bool read_hourly(calendar_reader& in, calendar& into) {
    fill(into.hours, 0, 23);
    if (in.at_end()) {
        into.minutes.add(0);
        into.seconds.add(0);
        return true;
    }
    return in.expect(':', "the time of hourly is :MINUTE") && in.list(minute_field, into.minutes, false) &&
           read_seconds(in, into);
}

bool read_weekly(calendar_reader& in, calendar& into) {
    if (is_letter(in.peek())) {
        if (!read_weekdays(in, into)) return false;
    } else {
        only(into.weekdays, 1);
    }
    return read_time_or_midnight(in, into);
}

bool read_monthly(calendar_reader& in, calendar& into) {
    std::string_view word = in.word();
    if (word.empty() || word.find(':') != std::string_view::npos) {
        only(into.days, 1);
    } else {
        into.days.clear();
        if (in.take("last"))
            into.days_from_end.add(1);
        else if (!in.list(day_field, into.days, true))
            return false;
        if (!in.end_of_word("a blank belongs behind days")) return false;
    }
    return read_time_or_midnight(in, into);
}

bool read_yearly(calendar_reader& in, calendar& into) {
    std::string_view word = in.word();
    if (word.empty() || word.find(':') != std::string_view::npos) {
        only(into.months, 1);
        only(into.days, 1);
    } else if (!read_date(in, into)) {
        return false;
    }
    return read_time_or_midnight(in, into);
}

struct keyword {
    std::string_view name;
    bool (*read)(calendar_reader&, calendar&);
};
constexpr keyword keywords[] = {{"daily", read_daily},
                                {"hourly", read_hourly},
                                {"weekly", read_weekly},
                                {"monthly", read_monthly},
                                {"yearly", read_yearly}};

// [WEEKDAYS] [DATE] [TIME]
bool read_general(calendar_reader& in, calendar& into) {
    if (is_letter(in.peek())) {
        if (!read_weekdays(in, into)) return false;
        in.skip_blanks();
    }
    if (!in.at_end() && in.word().find(':') == std::string_view::npos) {
        if (in.word().find_first_of("-~") == std::string_view::npos)
            return in.fail("neither a date nor a time, and a crontab line has five fields");
        if (!read_date(in, into)) return false;
    }
    return read_time_or_midnight(in, into);
}

// MINUTE HOUR DAY MONTH WEEKDAY
bool read_crontab(calendar_reader& in, calendar& into) {
    constexpr const char* glued = "this does not belong into the field";
    into.days.clear();
    into.months.clear();
    into.weekdays.clear();
    into.seconds.add(0);
    if (!in.list(minute_field, into.minutes, true) || !in.end_of_word(glued)) return false;
    in.skip_blanks();
    if (!in.list(hour_field, into.hours, true) || !in.end_of_word(glued)) return false;
    in.skip_blanks();
    bool any_day = in.peek() == '*';
    if (in.word() == "L") {
        in.take("L");
        into.days_from_end.add(1);
    } else if (!in.list(day_field, into.days, true) || !in.end_of_word(glued)) {
        return false;
    }
    in.skip_blanks();
    if (!in.list(month_field, into.months, true) || !in.end_of_word(glued)) return false;
    in.skip_blanks();
    // crontab(5): where both are given, one is enough.
    into.either_day = !any_day && in.peek() != '*';
    return in.list(weekday_field, into.weekdays, true);
}

std::size_t count_words(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (!is_blank(text[i]) && (i == 0 || is_blank(text[i - 1]))) ++count;
    return count;
}

bool read_any(calendar_reader& in, std::string_view text, calendar& into) {
    std::string_view first = in.word();
    if (first.starts_with('@')) first.remove_prefix(1); // as in a crontab
    for (const auto& one : keywords) {
        if (first != one.name) continue;
        in.take("@");
        in.take(one.name);
        in.skip_blanks();
        return one.read(in, into);
    }
    if (count_words(text) == 5 && text.find(':') == std::string_view::npos) return read_crontab(in, into);
    return read_general(in, into);
}
} // namespace

bool parse_calendar(std::string_view text, calendar& into, calendar_problem& problem) {
    begin_every_day(into);
    calendar_reader in(text, problem);
    in.skip_blanks();
    if (in.at_end()) return in.fail("there is no time in it");
    std::size_t begin = in.place();
    if (!read_any(in, text, into)) return false;
    in.skip_blanks();
    if (!in.at_end()) return in.fail("nothing more belongs here");
    bit_set<24> all_hours;
    fill(all_hours, 0, 23);
    into.every_hour = into.hours == all_hours;
    if (!next_local_time(into, 0)) return in.fail(begin, "there is never such a date");
    return true;
}

} // namespace reeve::chainload
