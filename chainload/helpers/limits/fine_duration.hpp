// Durations as short as the scheduler's: "50us", "3ms", "1s"; a bare number is nanoseconds, as the kernel takes them.
#pragma once

#include "chainload/number.hpp"

#include <cstdint>
#include <limits>

namespace reeve::chainload {

// In nanoseconds; nothing for anything else, or more than fits.
inline std::optional<std::uint64_t> parse_nanoseconds(std::string_view text) {
    struct unit {
        std::string_view suffix;
        std::uint64_t nanoseconds;
    };
    // "s" stands behind those that end with it; the empty suffix fits everything.
    constexpr unit units[] = {
        {"ns", 1}, {"us", 1000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"", 1}};
    for (const auto& candidate : units) {
        if (!text.ends_with(candidate.suffix)) continue;
        text.remove_suffix(candidate.suffix.size());
        auto number = parse_number<std::uint64_t>(text);
        if (!number || *number > std::numeric_limits<std::uint64_t>::max() / candidate.nanoseconds)
            return std::nullopt;
        return *number * candidate.nanoseconds;
    }
    return std::nullopt;
}

} // namespace reeve::chainload
