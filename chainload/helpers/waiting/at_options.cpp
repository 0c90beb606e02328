#include "chainload/helpers/waiting/at_options.hpp"

#include "chainload/duration.hpp"
#include "chainload/helpers/pointed_complaint.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
constexpr std::string_view every = "every";

bool read_option(char letter, const char* value, at_options& into, std::string_view& complaint) {
    switch (letter) {
    case 'u': into.in_utc = true; return true;
    case 'c': into.last_run = value; return *value != '\0';
    case 'r':
        if (auto delay = parse_duration(value)) return into.most_delay_ms = *delay, true;
        complaint = "at: -r takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n";
        return false;
    case 'n':
        into.listed = parse_number<unsigned>(value).value_or(0);
        complaint = "at: -n takes a number of times from 1 to 10000\n";
        return into.listed > 0 && into.listed <= 10'000;
    default: return false;
    }
}
} // namespace

bool read_at_options(char** arguments, process& self, at_options& into, next& halted) {
    auto refuse = [&](std::string_view complaint = {}) {
        halted = self.wrong_usage(complaint);
        return false;
    };
    option_reader options(arguments, "uc:r:n:");
    while (char letter = options.next()) {
        if (letter == option_reader::problem) return refuse(options.complaint().view());
        std::string_view complaint;
        if (!read_option(letter, options.value(), into, complaint)) return refuse(complaint);
    }
    char** words = options.rest();
    if (words[0] == nullptr) return refuse();
    std::string_view first(words[0]);
    into.is_interval = first == every || first.starts_with("every ");
    into.program = words + 1;
    if (into.is_interval) {
        if (first == every) {
            if (words[1] == nullptr) return refuse();
            first = words[1];
            ++into.program;
        } else {
            first = trim_blanks(first.substr(every.size()));
        }
        into.interval_ms = parse_duration(first).value_or(0);
        if (into.interval_ms == 0)
            return refuse("at: every takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n");
        if (into.listed > 0) return refuse("at: an interval has no times to list\n");
    } else if (calendar_problem problem; !parse_calendar(first, into.expression, problem)) {
        return refuse(point_at("at", first, problem.where, problem.what).view());
    }
    return (into.listed > 0) == (*into.program == nullptr) || refuse();
}

} // namespace reeve::chainload
