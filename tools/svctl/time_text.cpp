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
