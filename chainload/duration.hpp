// Durations as they stand on command lines: "300ms", "5s", "2m", "1h"; a bare number is seconds.
#pragma once

#include "chainload/number.hpp"

#include <cstdint>
#include <limits>

namespace reeve::chainload {

// In milliseconds; nothing for anything else, or more than fits.
inline std::optional<std::int64_t> parse_duration(std::string_view text) {
    struct unit {
        std::string_view suffix;
        std::uint64_t milliseconds;
    };
    // "ms" stands before "s", which it ends with; the empty suffix fits everything.
    constexpr unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"", 1000}};
    for (const auto& candidate : units) {
        if (!text.ends_with(candidate.suffix)) continue;
        text.remove_suffix(candidate.suffix.size());
        auto number = parse_number<std::uint64_t>(text);
        constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
        if (!number || *number > most / candidate.milliseconds) return std::nullopt;
        return static_cast<std::int64_t>(*number * candidate.milliseconds);
    }
    return std::nullopt;
}

} // namespace reeve::chainload
