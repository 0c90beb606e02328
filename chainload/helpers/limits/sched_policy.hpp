// Scheduling policies as sched_setattr(2) takes them; musl has no declaration of it.
#pragma once

#include <cstdint>
#include <string_view>

namespace reeve::chainload {

// struct sched_attr in its first version. Times are nanoseconds.
struct sched_attributes {
    std::uint32_t size = sizeof(sched_attributes), policy = 0;
    std::uint64_t flags = 0;
    std::int32_t niceness = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0;
};
static_assert(sizeof(sched_attributes) == 48);
inline constexpr std::uint64_t reset_on_fork = 1;

enum class needs { nothing, priority, times };
struct policy_name {
    std::string_view name;
    std::uint32_t number;
    needs parameter;
};
inline constexpr policy_name policies[] = {
    {"other", 0, needs::nothing}, {"fifo", 1, needs::priority}, {"rr", 2, needs::priority},
    {"batch", 3, needs::nothing}, {"idle", 5, needs::nothing},  {"deadline", 6, needs::times},
};

inline const policy_name* find_policy(std::string_view name) {
    for (const auto& one : policies)
        if (one.name == name) return &one;
    return nullptr;
}

} // namespace reeve::chainload
