// at [-u] [-r DURATION] [-c FILE] CALENDAR|every INTERVAL PROGRAM …: waits for the next time, then goes on; whoever
// supervises runs it again for the one after that. -c FILE: a time that was missed while nobody waited counts, once.
// at [-u] -n COUNT CALENDAR: prints the next times.
#include "chainload/clock.hpp"
#include "chainload/helpers/waiting/at_options.hpp"
#include "chainload/helpers/waiting/clock_wait.hpp"
#include "chainload/helpers/waiting/helpers.hpp"
#include "chainload/helpers/waiting/last_run.hpp"
#include "chainload/helpers/waiting/local_zone.hpp"
#include "chainload/helpers/waiting/schedule.hpp"
#include "chainload/helpers/waiting/time_listing.hpp"

#include <sys/random.h>

namespace reeve::chainload {

namespace {
constexpr std::string_view never = "this time is over, and does not come again";

std::int64_t random_up_to(std::int64_t most) {
    std::uint64_t bits = 0;
    (void)!::getrandom(&bits, sizeof bits, 0);
    return most == 0 ? 0 : static_cast<std::int64_t>(bits % (static_cast<std::uint64_t>(most) + 1));
}

// Until the time has come, which is then on record; 0, or what to return.
bool await(const at_options& options, schedule& plan, process& self, next& halted) {
    auto refuse = [&](next why) {
        halted = why;
        return false;
    };
    if (const char* file = options.last_run; file != nullptr) {
        auto last = read_last_run(file);
        if (!last && last.why().error == EINVAL)
            return refuse(self.fatal(file, " holds no time of a last run"));
        if (!last) return refuse(self.unable(last.why().error, last.why().step, " ", file));
        // From the first start on nothing is missed.
        if (*last)
            plan.since_ms = **last;
        else if (auto begun = write_last_run(file, plan.start_ms); !begun)
            return refuse(self.unable(begun.why().error, begun.why().step, " ", file));
    } else if (options.is_interval) {
        std::int64_t room = INT64_MAX - plan.interval_ms;
        auto waited = wait_for_span(plan.interval_ms + (plan.delay_ms < room ? plan.delay_ms : room));
        return waited || refuse(self.unable(waited.why().error, waited.why().step));
    }
    auto came = wait_for_clock([&](std::int64_t now_ms) { return due_time(plan, now_ms); });
    if (!came) return refuse(self.unable(came.why().error, came.why().step));
    if (!*came) return refuse(self.fatal(never));
    if (options.last_run == nullptr) return true;
    auto written = write_last_run(options.last_run, **came);
    return written || refuse(self.unable(written.why().error, written.why().step, " ", options.last_run));
}
} // namespace

next run_at(char** arguments, process& self) {
    at_options options;
    next halted;
    if (!read_at_options(arguments, self, options, halted)) return halted;
    local_zone local(self.variables);
    if (!options.in_utc && !options.is_interval && local.unknown_name() != nullptr)
        return self.fatal("unable to find time zone ", local.unknown_name());
    time_zone zone = options.in_utc ? utc : local_zone::offset;
    std::int64_t now_ms = realtime_ms();
    if (options.listed > 0) {
        unsigned printed =
            print_times(STDOUT_FILENO, options.expression, now_ms / 1000, zone, options.listed);
        return printed > 0 ? self.done(0) : self.fatal(never);
    }
    schedule plan{.expression = options.is_interval ? nullptr : &options.expression,
                  .zone = zone,
                  .interval_ms = options.interval_ms,
                  .since_ms = now_ms,
                  .delay_ms = random_up_to(options.most_delay_ms),
                  .start_ms = now_ms};
    return await(options, plan, self, halted) ? self.go_on(options.program) : halted;
}

} // namespace reeve::chainload
