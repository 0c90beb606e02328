// Moments as text: the TAI64N label that begins a log line, local and UTC time for people, RFC 3339 for JSON.
// Pure, but for the time zone, which localtime takes from $TZ.
#pragma once

#include <compare>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace reeve::svctl {

// A wall-clock moment; zero is "no time known".
struct moment {
    std::int64_t seconds = 0; // since the epoch
    std::uint32_t nanoseconds = 0;
    auto operator<=>(const moment&) const = default;
    bool known() const { return seconds != 0 || nanoseconds != 0; }
    std::int64_t milliseconds() const { return seconds * 1000 + nanoseconds / 1'000'000; }
};

inline moment moment_of(timespec time) {
    return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}
inline moment moment_of_ms(std::int64_t milliseconds) {
    return {milliseconds / 1000, static_cast<std::uint32_t>(milliseconds % 1000 * 1'000'000)};
}

// The label at the very beginning of `line`: "@" and 24 lower-case hexadecimal digits (multilog, tai64n, svlogd).
// stamp_label_size characters long; nothing if there is none.
inline constexpr std::size_t stamp_label_size = 25;
std::optional<moment> parse_stamp_label(std::string_view line);

// The stamp at the very beginning of a line, of whichever kind a logger writes: a TAI64N label, or ISO 8601 with a "T"
// (multilog i and l, svlogd -ttt) or a "_" (svlogd -tt), which is UTC where no zone stands behind.
struct line_stamp {
    moment when;
    std::size_t size; // characters
};
std::optional<line_stamp> parse_line_stamp(std::string_view line);

enum class zone { local, utc };
// "2024-05-01 12:34:56.789", and " +02:00"-less: the zone is the reader's own. UTC has a "Z" behind.
std::string readable_time(moment when, zone in);
// "2024-05-01 12:34:56": for status.
std::string readable_second(moment when);
// "2024-05-01T10:34:56.789012345Z".
std::string rfc3339(moment when);

} // namespace reeve::svctl
