#include "tools/svctl/duration_words.hpp"

#include <array>
#include <limits>

namespace reeve::svctl {

namespace {
struct unit {
    std::string_view name;
    std::int64_t milliseconds;
};
// Longer names first where one begins like another.
constexpr std::array<unit, 6> units{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}}};
constexpr std::int64_t day = 86'400'000, hour = 3'600'000, minute = 60'000, second = 1000;

// Thousandths of the number that begins `text`, which loses it: "1.5" is 1500.
std::optional<std::int64_t> take_thousandths(std::string_view& text) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 10'000;
    std::int64_t value = 0;
    std::size_t digits = 0;
    auto is_digit = [&] { return !text.empty() && text.front() >= '0' && text.front() <= '9'; };
    for (; is_digit(); text.remove_prefix(1), ++digits) {
        value = value * 10 + (text.front() - '0');
        if (value > most) return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    value *= 1000;
    if (text.empty() || text.front() != '.') return value;
    text.remove_prefix(1);
    if (!is_digit()) return std::nullopt;
    for (std::int64_t weight = 100; is_digit(); text.remove_prefix(1), weight /= 10)
        value += weight * (text.front() - '0');
    return value;
}

std::string two(std::int64_t high, const char* high_unit, std::int64_t low, const char* low_unit) {
    std::string text = std::to_string(high) + high_unit;
    return low == 0 ? text : text + ' ' + std::to_string(low) + low_unit;
}
} // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
    std::int64_t total = 0;
    if (text.empty()) return std::nullopt;
    for (bool first = true; !text.empty(); first = false) {
        auto thousandths = take_thousandths(text);
        if (!thousandths) return std::nullopt;
        const unit* found = nullptr;
        for (const unit& candidate : units)
            if (!found && text.starts_with(candidate.name)) found = &candidate;
        if (found)
            text.remove_prefix(found->name.size());
        else if (first && text.empty())
            found = &units[1];
        else
            return std::nullopt;
        std::int64_t part = 0;
        if (__builtin_mul_overflow(*thousandths, found->milliseconds, &part)) return std::nullopt;
        if (__builtin_add_overflow(total, part / 1000, &total)) return std::nullopt;
    }
    return total;
}

std::string duration_words(std::int64_t milliseconds) {
    std::int64_t t = milliseconds;
    if (t <= 0) return "0s";
    if (t < second) return std::to_string(t) + "ms";
    if (t < 10 * second) {
        std::int64_t tenths = t / 100 % 10;
        return std::to_string(t / second) + (tenths == 0 ? "" : "." + std::to_string(tenths)) + "s";
    }
    if (t < minute) return std::to_string(t / second) + "s";
    if (t < hour) return two(t / minute, "m", t % minute / second, "s");
    if (t < day) return two(t / hour, "h", t % hour / minute, "m");
    if (t < 14 * day) return two(t / day, "d", t % day / hour, "h");
    return std::to_string(t / day) + "d";
}

} // namespace reeve::svctl
