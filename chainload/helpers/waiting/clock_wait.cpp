#include "chainload/helpers/waiting/clock_wait.hpp"

#include "chainload/clock.hpp"
#include "chainload/unique_fd.hpp"

#include <algorithm>
#include <sys/timerfd.h>

namespace reeve::chainload {

namespace {
// timerfd_create(2): a step of the clock, also one since the timer was last set, is ECANCELED.
constexpr int cancel_on_set = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
constexpr std::int64_t far_away = 250'000'000'000'000; // the year 9892

itimerspec when(std::int64_t ms) {
    itimerspec timer{};
    timer.it_value.tv_sec = static_cast<time_t>(ms / 1000);
    timer.it_value.tv_nsec = static_cast<long>(ms % 1000 * 1'000'000);
    return timer;
}

// Until the timer expires or is cancelled.
result<void> sleep_on(int timer) {
    std::uint64_t expirations;
    while (::read(timer, &expirations, sizeof expirations) < 0) {
        if (errno == ECANCELED) return {};
        if (errno != EINTR) return failed("wait for the time");
    }
    return {};
}
} // namespace

result<std::optional<std::int64_t>> wait_for_clock(std::optional<std::int64_t> (*due)(void*, std::int64_t),
                                                   void* argument) {
    unique_fd timer(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC));
    if (!timer) return failed("create timer");
    // Set before the clock is read: from now on no step goes unnoticed.
    itimerspec setting = when(far_away);
    if (::timerfd_settime(timer.get(), cancel_on_set, &setting, nullptr) < 0) return failed("set timer");
    for (;;) {
        std::int64_t now = realtime_ms();
        auto target = due(argument, now);
        if (!target || *target <= now) return target ? std::optional(now) : std::nullopt;
        setting = when(std::min(*target, far_away));
        if (::timerfd_settime(timer.get(), cancel_on_set, &setting, nullptr) < 0) {
            if (errno == ECANCELED) continue;
            return failed("set timer");
        }
        if (auto slept = sleep_on(timer.get()); !slept) return slept.why();
    }
}

result<void> wait_for_span(std::int64_t span_ms) {
    unique_fd timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
    if (!timer) return failed("create timer");
    if (span_ms <= 0) return {};
    itimerspec setting = when(std::min(span_ms, far_away));
    if (::timerfd_settime(timer.get(), 0, &setting, nullptr) < 0) return failed("set timer");
    return sleep_on(timer.get());
}

} // namespace reeve::chainload
