#include "chainload/helpers/waiting/schedule.hpp"

#include <limits>

namespace reeve::chainload {

namespace {
constexpr std::int64_t an_hour = 3'600'000;
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

std::int64_t sum(std::int64_t a, std::int64_t b) {
    return a > latest - b ? latest : a + b;
}
} // namespace

std::optional<std::int64_t> due_time(schedule& plan, std::int64_t now_ms) {
    std::int64_t ahead = plan.expression != nullptr ? an_hour : 0;
    if (plan.since_ms > sum(now_ms, ahead)) plan.since_ms = plan.start_ms = now_ms;
    std::int64_t due;
    if (plan.expression != nullptr) {
        auto next = next_time(*plan.expression, plan.since_ms / 1000, plan.zone);
        if (!next) return std::nullopt;
        due = *next * 1000;
    } else {
        due = sum(plan.since_ms, plan.interval_ms);
    }
    return due <= plan.start_ms ? due : sum(due, plan.delay_ms);
}

} // namespace reeve::chainload
