#include "chainload/helpers/waiting/local_zone.hpp"

#include "chainload/text.hpp"

#include <climits>
#include <ctime>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3": tzset(3). What the C library makes of the rest of it is its own affair.
bool is_rule(std::string_view zone) {
    std::size_t name = zone.find_first_of("+-0123456789");
    return zone.starts_with('<') || zone == "UTC" || zone == "GMT" ||
           (name >= 3 && name != std::string_view::npos && zone.find('/') > name);
}

bool is_known(std::string_view zone) {
    constexpr std::string_view places[] = {"/usr/share/zoneinfo/", "/share/zoneinfo/", "/etc/zoneinfo/"};
    auto is_there = [](std::string_view place, std::string_view name) {
        text_buffer<PATH_MAX> path(place, name);
        return !path.overflowed() && ::access(path.c_str(), R_OK) == 0;
    };
    if (zone.starts_with(':')) zone.remove_prefix(1);
    if (zone.empty() || is_rule(zone)) return true;
    if (zone.starts_with('/')) return is_there({}, zone);
    for (auto place : places)
        if (is_there(place, zone)) return true;
    return false;
}
} // namespace

local_zone::local_zone(const environment& variables)
    : before_(environ) {
    environ = const_cast<char**>(variables.list());
    const char* zone = variables.get("TZ");
    if (zone != nullptr && !is_known(zone)) unknown_ = zone;
    ::tzset();
}

local_zone::~local_zone() {
    environ = before_;
}

std::int64_t local_zone::offset(std::int64_t instant) {
    time_t time = static_cast<time_t>(instant);
    struct tm local;
    return ::localtime_r(&time, &local) != nullptr ? local.tm_gmtoff : 0;
}

} // namespace reeve::chainload
