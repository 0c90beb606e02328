// Any text as the value of any setting: the first byte chooses the setting. A refused text changes nothing and has a
// line of error; an accepted one gives the same twice, and values within their documented ranges.
#include "supervise/settings.hpp"

#include "tests/fuzz/targets.hpp"

#include <algorithm>

namespace reeve::tests {

using namespace supervise;

namespace {
bool same_values(const settings& a, const settings& b) {
    return a.timeout_up == b.timeout_up && a.timeout_finish == b.timeout_finish &&
           a.timeout_kill == b.timeout_kill && a.down_signal == b.down_signal &&
           a.stop_steps == b.stop_steps && a.stop_step_count == b.stop_step_count &&
           a.kill_mode == b.kill_mode && a.keep_leftovers == b.keep_leftovers && a.restart == b.restart &&
           a.restart_delay == b.restart_delay && a.max_death_tally == b.max_death_tally &&
           a.success_codes == b.success_codes && a.success_signals == b.success_signals &&
           a.notification_fd == b.notification_fd && a.check_interval == b.check_interval &&
           a.health_interval == b.health_interval && a.health_timeout == b.health_timeout &&
           a.health_failures == b.health_failures && a.watchdog == b.watchdog && a.forking == b.forking &&
           a.pid_file.view() == b.pid_file.view() && a.fd_store_max == b.fd_store_max &&
           a.limit_log_wait == b.limit_log_wait;
}

void check_ranges(const settings& all) {
    for (std::int64_t ms :
         {all.timeout_up, all.timeout_finish, all.timeout_kill, all.watchdog, all.limit_log_wait})
        must_hold(ms >= 0 && ms <= 1'000'000'000'000, "a duration is within its range");
    for (std::int64_t ms : {all.check_interval, all.health_interval, all.health_timeout})
        must_hold(ms >= 1 && ms <= 1'000'000'000'000, "an interval is within its range");
    must_hold(all.notification_fd == -1 || all.notification_fd >= 3,
              "a notification descriptor is 3 or more");
    must_hold(all.down_signal >= 1 && all.down_signal <= 64, "a signal is 1 to 64");
    must_hold(all.stop_step_count <= most_stop_steps, "a ladder has at most 8 steps");
    must_hold(all.restart_delay.min_ms >= 1 && all.restart_delay.factor >= 1 &&
                  all.restart_delay.max_ms >= all.restart_delay.min_ms,
              "a delay grows");
    must_hold((all.max_death_tally.count == 0) == (all.max_death_tally.seconds == 0),
              "a tally is whole or none");
    must_hold(all.success_codes.has(0), "exit 0 is success");
    must_hold(all.fd_store_max <= most_stored_fds, "stored descriptors are limited");
    must_hold(!all.pid_file.overflowed(), "a path is not cut");
}
} // namespace

void fuzz_settings(std::string_view input) {
    if (input.empty()) return;
    const setting& entry = known_settings()[static_cast<unsigned char>(input[0]) % value_settings];
    std::string_view text = input.substr(1);
    settings first;
    bool accepted = entry.parse(text, first);
    unsigned line = line_of_error(entry, text);
    must_hold(accepted == (line == 0), "a refused text, and no other, has a line of error");
    auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    must_hold(line <= lines, "the line of error exists");
    must_hold(accepted || same_values(first, settings{}), "a refused text changes nothing");
    check_ranges(first);
    settings again = first;
    must_hold(entry.parse(text, again) == accepted && same_values(first, again),
              "the same text, the same value");
    entry.copy(settings{}, again);
    must_hold(same_values(again, settings{}), "the default can be had back");
    auto nearest = nearest_setting(text);
    must_hold(!nearest || find_setting(*nearest) != nullptr, "a hint names a setting");
}

} // namespace reeve::tests
