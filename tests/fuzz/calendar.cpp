// Any text as a calendar expression, from any moment in a zone that changes its clock twice a year. What is refused says
// where; of what is accepted the next times rise, fit when looked for again, and do not skip one.
#include "chainload/helpers/waiting/calendar.hpp"

#include "tests/fuzz/targets.hpp"

#include <cstring>

namespace reeve::tests {

using namespace chainload;

namespace {
// An hour ahead from day 88 to day 298 of 365, from 01:00: much like Europe, and without a C library.
std::int64_t zone(std::int64_t instant) {
    constexpr std::int64_t year = 365 * 86400, begin = 88 * 86400 + 3600, end = 298 * 86400 + 3600;
    std::int64_t within = instant % year;
    return within >= begin && within < end ? 7200 : 3600;
}
} // namespace

void fuzz_calendar(std::string_view input) {
    // Its last four bytes choose the moment: from 1970 to 2106.
    std::uint32_t moment = 1'700'000'000;
    if (input.size() > 4) {
        std::memcpy(&moment, input.data() + input.size() - 4, 4);
        input.remove_suffix(4);
    }
    calendar expression;
    calendar_problem problem;
    if (!parse_calendar(input, expression, problem)) {
        must_hold(problem.where <= input.size() && problem.what[0] != '\0',
                  "an error has a place and a reason");
        return;
    }
    std::int64_t last = moment;
    for (int i = 0; i < 4; ++i) {
        auto next = next_time(expression, last, zone);
        if (!next) return;
        must_hold(*next > last, "the next time is later");
        must_hold(next_time(expression, *next - 1, zone) == next, "from right before it, it is the next one");
        must_hold(next_time(expression, last + (*next - last) / 2, zone) == next ||
                      last + (*next - last) / 2 == *next,
                  "none lies between");
        std::int64_t local = *next + zone(*next);
        bool skipped_to = zone(*next - 1) < zone(*next);
        must_hold(skipped_to || next_local_time(expression, local) == local, "its local time fits");
        last = *next;
    }
}

} // namespace reeve::tests
