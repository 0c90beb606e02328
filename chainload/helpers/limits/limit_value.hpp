// Resources by their names in getrlimit(2) and prlimit(1), and limits as people write them.
#pragma once

#include <optional>
#include <string_view>
#include <sys/resource.h>

namespace reeve::chainload {

enum class limit_unit { bytes, count, seconds, microseconds, niceness };

struct resource_name {
    std::string_view name;
    int resource;
    limit_unit unit;
};

// All that the kernel has. nullptr: none is called so.
const resource_name* find_resource(std::string_view name);

// "8M" (k M G T are powers of 1024), "90s" or "2h" of CPU time, "500ms" of realtime, a niceness with its sign ("-5"),
// "infinity" or "unlimited", or the plain number that the kernel takes. "max" is the hard limit in force.
std::optional<rlim_t> parse_limit_value(std::string_view text, limit_unit unit, const rlimit& now);

} // namespace reeve::chainload
