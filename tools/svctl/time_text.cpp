#include "tools/svctl/time_text.hpp"

#include "chainload/hex.hpp"
#include "chainload/tai64n.hpp"

#include <cstdio>

namespace reeve::svctl {

namespace {
std::string calendar(moment when, zone in, const char* format) {
    std::time_t seconds = static_cast<std::time_t>(when.seconds);
    std::tm parts{};
    if (in == zone::utc)
        ::gmtime_r(&seconds, &parts);
    else
        ::localtime_r(&seconds, &parts);
    char text[64];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::string fraction(std::uint32_t value, int digits) {
    char text[16];
    int size = std::snprintf(text, sizeof text, ".%0*u", digits, value);
    return {text, static_cast<std::size_t>(size)};
}
} // namespace

std::optional<moment> parse_stamp_label(std::string_view line) {
    if (line.size() < stamp_label_size || line.front() != '@') return std::nullopt;
    auto bytes = chainload::parse_hex<chainload::tai64n_bytes>(line.substr(1, stamp_label_size - 1));
    if (!bytes) return std::nullopt;
    return moment_of(chainload::unpack_tai64n(*bytes));
}

namespace {
// So many decimal digits; nothing if it is others.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (text.size() < at + count) return std::nullopt;
    int value = 0;
    for (char c : text.substr(at, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// The seconds of "2026-11-21T21:43:51", taken as UTC.
std::optional<std::int64_t> calendar_seconds(std::string_view line) {
    constexpr std::string_view shape = "    -  -  T  :  :  ";
    if (line.size() < shape.size()) return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] != ' ' && line[i] != shape[i] && !(i == 10 && line[i] == '_')) return std::nullopt;
    auto year = digits(line, 0, 4), month = digits(line, 5, 2), day = digits(line, 8, 2),
         hour = digits(line, 11, 2), minute = digits(line, 14, 2), second = digits(line, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    if (*month < 1 || *month > 12 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    std::tm parts{};
    parts.tm_year = *year - 1900;
    parts.tm_mon = *month - 1;
    parts.tm_mday = *day;
    parts.tm_hour = *hour;
    parts.tm_min = *minute;
    parts.tm_sec = *second;
    return ::timegm(&parts);
}
} // namespace

std::optional<line_stamp> parse_line_stamp(std::string_view line) {
    if (auto label = parse_stamp_label(line)) return line_stamp{*label, stamp_label_size};
    auto seconds = calendar_seconds(line);
    if (!seconds) return std::nullopt;
    std::size_t at = 19;
    std::uint32_t nanoseconds = 0;
    if (at < line.size() && line[at] == '.')
        for (std::uint32_t unit = 100'000'000; ++at < line.size() && line[at] >= '0' && line[at] <= '9';
             unit /= 10)
            nanoseconds += static_cast<std::uint32_t>(line[at] - '0') * unit;
    if (at < line.size() && line[at] == 'Z') {
        ++at;
    } else if (at < line.size() && (line[at] == '+' || line[at] == '-')) {
        auto hours = digits(line, at + 1, 2), minutes = digits(line, at + 4, 2);
        if (!hours || !minutes || line[at + 3] != ':') return std::nullopt;
        std::int64_t offset = *hours * 3600 + *minutes * 60;
        *seconds += line[at] == '+' ? -offset : offset;
        at += 6;
    }
    if (at < line.size() && line[at] != ' ') return std::nullopt;
    return line_stamp{{*seconds, nanoseconds}, at};
}

std::string readable_time(moment when, zone in) {
    return calendar(when, in, "%Y-%m-%d %H:%M:%S") + fraction(when.nanoseconds / 1'000'000, 3) +
           (in == zone::utc ? "Z" : "");
}

std::string readable_second(moment when) {
    return calendar(when, zone::local, "%Y-%m-%d %H:%M:%S");
}

std::string rfc3339(moment when) {
    return calendar(when, zone::utc, "%Y-%m-%dT%H:%M:%S") + fraction(when.nanoseconds, 9) + "Z";
}

} // namespace reeve::svctl
