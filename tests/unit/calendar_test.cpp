// Calendar expressions: what they mean, where their errors are, and every odd turn of the calendar and the clock.
#include "chainload/helpers/waiting/calendar.hpp"
#include "chainload/helpers/waiting/schedule.hpp"
#include "chainload/helpers/waiting/time_listing.hpp"

#include <cstdlib>
#include <ctime>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace reeve::chainload;

namespace {
std::int64_t libc_offset(std::int64_t instant) {
    time_t time = instant;
    struct tm local;
    localtime_r(&time, &local);
    return local.tm_gmtoff;
}

// The C library's local clock is in this zone.
class in_zone {
public:
    explicit in_zone(const char* rule) {
        if (const char* now = std::getenv("TZ")) before_ = now;
        setenv("TZ", rule, 1);
        tzset();
    }
    ~in_zone() {
        if (before_.empty())
            unsetenv("TZ");
        else
            setenv("TZ", before_.c_str(), 1);
        tzset();
    }

private:
    std::string before_;
};

constexpr char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";

std::int64_t utc_of(const char* text) {
    struct tm parts {};
    REQUIRE(strptime(text, "%Y-%m-%d %H:%M:%S", &parts) != nullptr);
    return timegm(&parts);
}

calendar parsed(std::string_view text) {
    calendar expression;
    calendar_problem problem;
    bool good = parse_calendar(text, expression, problem);
    CAPTURE(std::string(text));
    CAPTURE(problem.what);
    REQUIRE(good);
    return expression;
}

// The next times after `from` (UTC), in words.
std::vector<std::string> times(std::string_view text, const char* from, std::size_t count,
                               time_zone zone = utc) {
    calendar expression = parsed(text);
    std::vector<std::string> found;
    auto next = next_time(expression, utc_of(from), zone);
    for (; next && found.size() < count; next = next_time(expression, *next, zone))
        found.emplace_back(time_in_words(*next, zone).view());
    return found;
}

using words = std::vector<std::string>;

struct meaning {
    const char* text;
    const char* first; // after Sunday 2026-11-22 12:34:56
    const char* second;
};
constexpr meaning meanings[] = {
    {"daily", "Mon 2026-11-23 00:00:00", "Tue 2026-11-24 00:00:00"},
    {"daily 03:00", "Mon 2026-11-23 03:00:00", "Tue 2026-11-24 03:00:00"},
    {"  daily\t03:00:07 ", "Mon 2026-11-23 03:00:07", "Tue 2026-11-24 03:00:07"},
    {"@daily", "Mon 2026-11-23 00:00:00", "Tue 2026-11-24 00:00:00"},
    {"daily 8,20:30", "Sun 2026-11-22 20:30:00", "Mon 2026-11-23 08:30:00"},
    {"hourly", "Sun 2026-11-22 13:00:00", "Sun 2026-11-22 14:00:00"},
    {"hourly :15", "Sun 2026-11-22 13:15:00", "Sun 2026-11-22 14:15:00"},
    {"hourly :34:57", "Sun 2026-11-22 12:34:57", "Sun 2026-11-22 13:34:57"},
    {"hourly :0/20", "Sun 2026-11-22 12:40:00", "Sun 2026-11-22 13:00:00"},
    {"weekly", "Mon 2026-11-23 00:00:00", "Mon 2026-11-30 00:00:00"},
    {"weekly Mon 04:30", "Mon 2026-11-23 04:30:00", "Mon 2026-11-30 04:30:00"},
    {"weekly wed,SATURDAY 04:30", "Wed 2026-11-25 04:30:00", "Sat 2026-11-28 04:30:00"},
    {"weekly 04:30", "Mon 2026-11-23 04:30:00", "Mon 2026-11-30 04:30:00"},
    {"monthly", "Tue 2026-12-01 00:00:00", "Fri 2027-01-01 00:00:00"},
    {"monthly 1 00:00", "Tue 2026-12-01 00:00:00", "Fri 2027-01-01 00:00:00"},
    {"monthly 06:00", "Tue 2026-12-01 06:00:00", "Fri 2027-01-01 06:00:00"},
    {"monthly 10,24 06:00", "Tue 2026-11-24 06:00:00", "Thu 2026-12-10 06:00:00"},
    {"monthly last 23:59", "Mon 2026-11-30 23:59:00", "Thu 2026-12-31 23:59:00"},
    {"monthly 31", "Thu 2026-12-31 00:00:00", "Sun 2027-01-31 00:00:00"},
    {"yearly", "Fri 2027-01-01 00:00:00", "Sat 2028-01-01 00:00:00"},
    {"yearly 12-24 18:00", "Thu 2026-12-24 18:00:00", "Fri 2027-12-24 18:00:00"},
    {"yearly 05:00", "Fri 2027-01-01 05:00:00", "Sat 2028-01-01 05:00:00"},
    {"Mon..Fri *-*-* 09:00", "Mon 2026-11-23 09:00:00", "Tue 2026-11-24 09:00:00"},
    {"Mon-Fri 09:00", "Mon 2026-11-23 09:00:00", "Tue 2026-11-24 09:00:00"},
    {"Fri..Mon 09:00", "Mon 2026-11-23 09:00:00", "Fri 2026-11-27 09:00:00"},
    {"Sat", "Sat 2026-11-28 00:00:00", "Sat 2026-12-05 00:00:00"},
    {"*-*-* *:*:*", "Sun 2026-11-22 12:34:57", "Sun 2026-11-22 12:34:58"},
    {"*:0/15", "Sun 2026-11-22 12:45:00", "Sun 2026-11-22 13:00:00"},
    {"*-*-1,15", "Tue 2026-12-01 00:00:00", "Tue 2026-12-15 00:00:00"},
    {"12-24", "Thu 2026-12-24 00:00:00", "Fri 2027-12-24 00:00:00"},
    {"2030-01-01 00:00", "Tue 2030-01-01 00:00:00", nullptr},
    {"2027..2028-02-29", "Tue 2028-02-29 00:00:00", nullptr},
    {"*-02~1", "Sun 2027-02-28 00:00:00", "Tue 2028-02-29 00:00:00"},
    {"*-*~3 12:00", "Sat 2026-11-28 12:00:00", "Tue 2026-12-29 12:00:00"},
    {"Mon *-*-1..7 08:00", "Mon 2026-12-07 08:00:00", "Mon 2027-01-04 08:00:00"},
    {"*/5 * * * *", "Sun 2026-11-22 12:35:00", "Sun 2026-11-22 12:40:00"},
    {"0 4 * * 1-5", "Mon 2026-11-23 04:00:00", "Tue 2026-11-24 04:00:00"},
    {"0 4 * * 7", "Sun 2026-11-29 04:00:00", "Sun 2026-12-06 04:00:00"},
    {"0 4 * * 0", "Sun 2026-11-29 04:00:00", "Sun 2026-12-06 04:00:00"},
    {"0 4 * * Fri-Sun", "Fri 2026-11-27 04:00:00", "Sat 2026-11-28 04:00:00"},
    {"0 0 1 jan *", "Fri 2027-01-01 00:00:00", "Sat 2028-01-01 00:00:00"},
    {"0 0 L * *", "Mon 2026-11-30 00:00:00", "Thu 2026-12-31 00:00:00"},
    // Both days given: one is enough. One of them beginning with a star: both.
    {"0 0 1 * Tue", "Tue 2026-11-24 00:00:00", "Tue 2026-12-01 00:00:00"},
    {"0 0 3 * Tue", "Tue 2026-11-24 00:00:00", "Tue 2026-12-01 00:00:00"},
    {"0 0 */2 * Mon", "Mon 2026-11-23 00:00:00", "Mon 2026-12-07 00:00:00"},
    {"5-10/5,50 12 * * *", "Sun 2026-11-22 12:50:00", "Mon 2026-11-23 12:05:00"},
};

struct mistake {
    const char* text;
    std::size_t where;
    const char* what;
};
constexpr mistake mistakes[] = {
    {"", 0, "there is no time in it"},
    {"   ", 3, "there is no time in it"},
    {"daily 24:00", 6, "hours are 0 to 23"},
    {"daily 03:60", 9, "minutes are 0 to 59"},
    {"daily 03:00:60", 12, "seconds are 0 to 59"},
    {"daily 03", 8, "a time is HOUR:MINUTE"},
    {"daily 03:", 9, "minutes are 0 to 59"},
    {"daily 3:00pm", 10, "nothing more belongs here"},
    {"daily 03:00 04:00", 12, "nothing more belongs here"},
    {"dayly", 0, "weekdays are their names, or 0 to 7 in a crontab line"},
    {"Mo 09:00", 0, "weekdays are their names, or 0 to 7 in a crontab line"},
    {"Mon,Xyz 09:00", 4, "weekdays are their names, or 0 to 7 in a crontab line"},
    {"hourly 15", 7, "the time of hourly is :MINUTE"},
    {"weekly Mon04:30", 10, "a blank belongs behind weekdays"},
    {"monthly 32 00:00", 8, "days of a month are 1 to 31"},
    {"monthly 0", 8, "days of a month are 1 to 31"},
    {"monthly lastly", 12, "a blank belongs behind days"},
    {"*-13-01", 2, "months are 1 to 12, or their names"},
    {"26-01-01", 0, "years are 1970 to 2199"},
    {"2026-11-22T03:00", 0, "hours are 0 to 23"},
    {"99999999999-01-01", 0, "years are 1970 to 2199"},
    {"*-5..2-1", 2, "this range runs backwards"},
    {"0/0:00", 2, "a step is a number from 1 on"},
    {"*/x:00", 2, "a step is a number from 1 on"},
    {"15", 0, "neither a date nor a time, and a crontab line has five fields"},
    {"* * * *", 0, "neither a date nor a time, and a crontab line has five fields"},
    {"60 * * * *", 0, "minutes are 0 to 59"},
    {"* * * * 8", 8, "weekdays are their names, or 0 to 7 in a crontab line"},
    {"* * * * *x", 9, "nothing more belongs here"},
    {"1x * * * *", 1, "this does not belong into the field"},
    {"*-02-30", 0, "there is never such a date"},
    {"  0 0 31 4,6,9,11 *", 2, "there is never such a date"},
    {"2027-02-29", 0, "there is never such a date"},
};
} // namespace

TEST_CASE("what calendar expressions mean") {
    for (const auto& one : meanings) {
        CAPTURE(one.text);
        words expected{std::string(one.first) + " +0000"};
        if (one.second != nullptr) expected.push_back(std::string(one.second) + " +0000");
        CHECK(times(one.text, "2026-11-22 12:34:56", 2) == expected);
    }
}

TEST_CASE("errors of calendar expressions are where they are") {
    for (const auto& one : mistakes) {
        CAPTURE(one.text);
        calendar expression;
        calendar_problem problem;
        CHECK_FALSE(parse_calendar(one.text, expression, problem));
        CHECK(problem.where == one.where);
        CHECK(std::string(problem.what) == std::string(one.what));
    }
}

TEST_CASE("the time that is now is not the next one") {
    CHECK(times("daily 03:00", "2026-11-22 02:59:59", 1) == words{"Sun 2026-11-22 03:00:00 +0000"});
    CHECK(times("daily 03:00", "2026-11-22 03:00:00", 1) == words{"Mon 2026-11-23 03:00:00 +0000"});
    CHECK(times("2026-11-22 03:00", "2026-11-22 03:00:00", 1).empty());
}

TEST_CASE("February 29 comes in leap years, and not in 2100") {
    CHECK(times("*-02-29", "2026-01-01 00:00:00", 2) ==
          words{"Tue 2028-02-29 00:00:00 +0000", "Sun 2032-02-29 00:00:00 +0000"});
    CHECK(times("*-02-29", "2096-03-01 00:00:00", 1) == words{"Fri 2104-02-29 00:00:00 +0000"});
    CHECK(times("*-02-29", "2000-01-01 00:00:00", 1) == words{"Tue 2000-02-29 00:00:00 +0000"});
    CHECK(times("Mon *-02-29", "2026-01-01 00:00:00", 2) ==
          words{"Mon 2044-02-29 00:00:00 +0000", "Mon 2072-02-29 00:00:00 +0000"});
    CHECK(times("yearly", "2199-01-01 00:00:00", 1).empty());
}

TEST_CASE("every last day of a year's months") {
    auto ends = times("monthly last", "2028-01-01 00:00:00", 12);
    const char* expected[] = {"01-31", "02-29", "03-31", "04-30", "05-31", "06-30",
                              "07-31", "08-31", "09-30", "10-31", "11-30", "12-31"};
    REQUIRE(ends.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) CHECK(ends[i].substr(9, 5) == expected[i]);
}

TEST_CASE("a time that the clock skips comes at the end of the skip, once") {
    in_zone zone(berlin);
    CHECK(times("daily 02:30", "2026-03-28 00:00:00", 3, libc_offset) ==
          words{"Sat 2026-03-28 02:30:00 +0100", "Sun 2026-03-29 03:00:00 +0200",
                "Mon 2026-03-30 02:30:00 +0200"});
    // Asked right before.
    CHECK(times("daily 02:30", "2026-03-29 00:59:59", 1, libc_offset) ==
          words{"Sun 2026-03-29 03:00:00 +0200"});
    CHECK(times("daily 02:30", "2026-03-29 01:00:00", 1, libc_offset) ==
          words{"Mon 2026-03-30 02:30:00 +0200"});
    // Both at 03:00, which is one.
    CHECK(times("daily 2,3:00", "2026-03-29 00:00:00", 2, libc_offset) ==
          words{"Sun 2026-03-29 03:00:00 +0200", "Mon 2026-03-30 02:00:00 +0200"});
    CHECK(times("*:0/30", "2026-03-29 00:00:00", 3, libc_offset) == words{"Sun 2026-03-29 01:30:00 +0100",
                                                                          "Sun 2026-03-29 03:00:00 +0200",
                                                                          "Sun 2026-03-29 03:30:00 +0200"});
    CHECK(times("2026-03-29 02:59:59", "2026-01-01 00:00:00", 2, libc_offset) ==
          words{"Sun 2026-03-29 03:00:00 +0200"});
}

TEST_CASE("a time that the clock shows twice counts once, but for every hour at both") {
    in_zone zone(berlin);
    CHECK(times("daily 02:30", "2026-10-24 12:00:00", 2, libc_offset) ==
          words{"Sun 2026-10-25 02:30:00 +0200", "Mon 2026-10-26 02:30:00 +0100"});
    // Asked between the two: the first one was it.
    CHECK(times("daily 02:30", "2026-10-25 00:45:00", 1, libc_offset) ==
          words{"Mon 2026-10-26 02:30:00 +0100"});
    CHECK(times("daily 03:00", "2026-10-25 00:45:00", 1, libc_offset) ==
          words{"Sun 2026-10-25 03:00:00 +0100"});
    CHECK(times("hourly :30", "2026-10-24 23:45:00", 4, libc_offset) ==
          words{"Sun 2026-10-25 02:30:00 +0200", "Sun 2026-10-25 02:30:00 +0100",
                "Sun 2026-10-25 03:30:00 +0100", "Sun 2026-10-25 04:30:00 +0100"});
    CHECK(times("30 * 25 10 *", "2026-10-25 00:15:00", 2, libc_offset) ==
          words{"Sun 2026-10-25 02:30:00 +0200", "Sun 2026-10-25 02:30:00 +0100"});
}

TEST_CASE("clocks that change at midnight, by half an hour, in the south") {
    {
        in_zone zone("<-04>4<-03>,M9.1.6/24,M4.1.6/24"); // Santiago: Saturday 24:00
        CHECK(times("daily", "2026-09-05 12:00:00", 2, libc_offset) ==
              words{"Sun 2026-09-06 01:00:00 -0300", "Mon 2026-09-07 00:00:00 -0300"});
        CHECK(times("daily 23:30", "2026-04-04 12:00:00", 2, libc_offset) ==
              words{"Sat 2026-04-04 23:30:00 -0300", "Sun 2026-04-05 23:30:00 -0400"});
        // The hour that comes again is the day's last one, and the next such day is a year away.
        CHECK(times("*-04-04 *:45", "2026-04-05 02:30:00", 2, libc_offset) ==
              words{"Sat 2026-04-04 23:45:00 -0300", "Sat 2026-04-04 23:45:00 -0400"});
    }
    in_zone zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"); // Lord Howe
    CHECK(times("daily 02:15", "2026-10-03 00:00:00", 1, libc_offset) ==
          words{"Sun 2026-10-04 02:30:00 +1100"});
    CHECK(times("*:45", "2026-04-04 14:30:00", 2, libc_offset) ==
          words{"Sun 2026-04-05 01:45:00 +1100", "Sun 2026-04-05 01:45:00 +1030"});
}

TEST_CASE("through years of a zone each day's time comes once, and nothing comes twice") {
    in_zone zone(berlin);
    for (const char* text : {"daily 02:30", "daily 03:00", "daily 01:59:59", "30 2 * * *"}) {
        calendar expression = parsed(text);
        std::int64_t at = utc_of("2024-12-31 22:59:59"), last = at;
        for (int day = 0; day < 3 * 365; ++day) {
            auto next = next_time(expression, at, libc_offset);
            REQUIRE(next);
            REQUIRE(*next > at);
            REQUIRE((*next - last <= 26 * 3600));
            last = at = *next;
        }
        CHECK(time_in_words(at, libc_offset).view().substr(4, 10) == "2027-12-31");
    }
    calendar hours = parsed("hourly");
    std::int64_t at = utc_of("2026-01-01 00:00:00");
    for (int hour = 0; hour < 8760; ++hour) {
        auto next = next_time(hours, at, libc_offset);
        REQUIRE(next);
        REQUIRE(*next == at + 3600);
        at = *next;
    }
}

TEST_CASE("what is due: missed, to come, and after steps of the clock") {
    calendar expression = parsed("daily 03:00");
    auto ms = [](const char* text) { return utc_of(text) * 1000; };
    schedule plan{.expression = &expression, .since_ms = ms("2026-11-20 03:00:01"), .delay_ms = 5000};
    plan.start_ms = ms("2026-11-22 12:00:00");
    // Missed while nobody waited: at once, and without the delay.
    CHECK(due_time(plan, plan.start_ms) == ms("2026-11-21 03:00:00"));
    plan.since_ms = ms("2026-11-22 03:00:00") + 7;
    CHECK(due_time(plan, plan.start_ms) == ms("2026-11-23 03:00:05"));
    SUBCASE("the clock is put forward, over the time: it is over") {
        CHECK(*due_time(plan, ms("2026-12-24 00:00:00")) < ms("2026-12-24 00:00:00"));
    }
    SUBCASE("put back by less than an hour: what has been does not come again") {
        CHECK(due_time(plan, ms("2026-11-22 02:30:00")) == ms("2026-11-23 03:00:05"));
    }
    SUBCASE("put back by more: it was wrong before") {
        CHECK(due_time(plan, ms("2026-11-01 00:00:00")) == ms("2026-11-01 03:00:05"));
        CHECK(plan.since_ms == ms("2026-11-01 00:00:00"));
    }
    SUBCASE("a time that is over for good") {
        calendar past = parsed("2020-01-01");
        plan.expression = &past;
        CHECK_FALSE(due_time(plan, plan.start_ms));
        plan.since_ms = 0;
        CHECK(due_time(plan, plan.start_ms) == ms("2020-01-01 00:00:00"));
    }
}

TEST_CASE("an interval counts from the last run, and never for ever") {
    schedule plan{.interval_ms = 600'000, .since_ms = 1'000'000, .delay_ms = 5, .start_ms = 1'200'000};
    CHECK(due_time(plan, 1'200'000) == 1'600'005);
    CHECK(due_time(plan, 1'400'000) == 1'600'005);
    CHECK(due_time(plan, 700'000) == 1'300'005); // put back: it begins anew, once
    CHECK(due_time(plan, 1'300'005) == 1'300'005);
    CHECK(plan.since_ms == 700'000);
    plan = {.interval_ms = 600'000, .since_ms = 1'000'000, .delay_ms = 5, .start_ms = 1'700'000};
    CHECK(due_time(plan, 1'700'000) == 1'600'000);
    plan.interval_ms = INT64_MAX;
    CHECK(due_time(plan, 1'700'000) == INT64_MAX);
}
