#include "chainload/helpers/limits/limit_value.hpp"

#include "chainload/duration.hpp"
#include "chainload/helpers/limits/fine_duration.hpp"

namespace reeve::chainload {

namespace {
constexpr resource_name resources[] = {
    {"as", RLIMIT_AS, limit_unit::bytes},
    {"core", RLIMIT_CORE, limit_unit::bytes},
    {"cpu", RLIMIT_CPU, limit_unit::seconds},
    {"data", RLIMIT_DATA, limit_unit::bytes},
    {"fsize", RLIMIT_FSIZE, limit_unit::bytes},
    {"locks", RLIMIT_LOCKS, limit_unit::count},
    {"memlock", RLIMIT_MEMLOCK, limit_unit::bytes},
    {"msgqueue", RLIMIT_MSGQUEUE, limit_unit::bytes},
    {"nice", RLIMIT_NICE, limit_unit::niceness},
    {"nofile", RLIMIT_NOFILE, limit_unit::count},
    {"nproc", RLIMIT_NPROC, limit_unit::count},
    {"rss", RLIMIT_RSS, limit_unit::bytes},
    {"rtprio", RLIMIT_RTPRIO, limit_unit::count},
    {"rttime", RLIMIT_RTTIME, limit_unit::microseconds},
    {"sigpending", RLIMIT_SIGPENDING, limit_unit::count},
    {"stack", RLIMIT_STACK, limit_unit::bytes},
};
static_assert(sizeof resources / sizeof resources[0] == RLIM_NLIMITS);

// A number with k, M, G or T behind it, in steps of `step`.
std::optional<rlim_t> parse_scaled(std::string_view text, rlim_t step) {
    constexpr std::string_view letters = "kMGT";
    rlim_t factor = 1;
    if (!text.empty()) {
        char last = text.back() == 'K' ? 'k' : text.back();
        if (std::size_t power = letters.find(last); power != std::string_view::npos) {
            for (std::size_t i = 0; i <= power; ++i) factor *= step;
            text.remove_suffix(1);
        }
    }
    auto number = parse_number<rlim_t>(text);
    if (!number || *number > (RLIM_INFINITY - 1) / factor) return std::nullopt;
    return *number * factor;
}

// The kernel's number is 20 less the lowest niceness that is allowed; with a sign it is that niceness.
std::optional<rlim_t> parse_niceness(std::string_view text) {
    constexpr rlim_t lowest = 20, highest = 19;
    bool negative = text.starts_with('-'), positive = text.starts_with('+');
    auto number = parse_number<rlim_t>(negative || positive ? text.substr(1) : text);
    if (!number) return std::nullopt;
    if (!negative && !positive) return *number <= 2 * lowest ? number : std::nullopt;
    if (*number > (negative ? lowest : highest)) return std::nullopt;
    return negative ? lowest + *number : lowest - *number;
}

std::optional<rlim_t> parse_seconds(std::string_view text) {
    auto duration = parse_duration(text);
    if (!duration || *duration % 1000 != 0) return std::nullopt; // whole seconds are what the kernel counts
    return static_cast<rlim_t>(*duration / 1000);
}

std::optional<rlim_t> parse_microseconds(std::string_view text) {
    if (auto plain = parse_number<rlim_t>(text)) return *plain < RLIM_INFINITY ? plain : std::nullopt;
    auto duration = parse_nanoseconds(text);
    if (!duration || *duration % 1000 != 0) return std::nullopt;
    return *duration / 1000;
}
} // namespace

const resource_name* find_resource(std::string_view name) {
    for (const auto& one : resources)
        if (one.name == name) return &one;
    return nullptr;
}

std::optional<rlim_t> parse_limit_value(std::string_view text, limit_unit unit, const rlimit& now) {
    if (text == "infinity" || text == "unlimited") return RLIM_INFINITY;
    if (text == "max") return now.rlim_max;
    switch (unit) {
    case limit_unit::bytes: return parse_scaled(text, 1024);
    case limit_unit::count: return parse_scaled(text, 1000);
    case limit_unit::seconds: return parse_seconds(text);
    case limit_unit::microseconds: return parse_microseconds(text);
    case limit_unit::niceness: return parse_niceness(text);
    }
    return std::nullopt;
}

} // namespace reeve::chainload
