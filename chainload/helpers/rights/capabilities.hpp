// The capability sets of this process, capabilities(7): bit N of a set is capability N.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace reeve::chainload {

using capability_set = std::uint64_t;

struct capability_sets {
    capability_set effective = 0, permitted = 0, inheritable = 0;
};

result<capability_sets> read_capabilities();
result<void> set_capabilities(const capability_sets& sets);

// The bounding set also tells which capabilities the kernel has: others it refuses to tell about.
capability_set bounding_capabilities();
// Empty on a kernel without (before 4.3).
capability_set ambient_capabilities();

// "net_admin", "CAP_NET_ADMIN" or a number below 64; nothing for anything else. The names are capabilities(7)'s.
std::optional<unsigned> parse_capability(std::string_view text);
// "" for a number without a name.
std::string_view capability_name(unsigned number);

constexpr capability_set only(unsigned number) {
    return capability_set{1} << number;
}

} // namespace reeve::chainload
