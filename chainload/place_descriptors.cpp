#include "chainload/place_descriptors.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace reeve::chainload {

result<void> place_descriptors(std::span<placement> wanted) {
    int above = 3;
    for (const placement& each : wanted) above = std::max(above, each.to + 1);
    // First out of the way of every target, then into place.
    for (placement& each : wanted) {
        each.from = ::fcntl(each.from, F_DUPFD_CLOEXEC, above);
        if (each.from < 0) return failed("duplicate a descriptor");
    }
    for (const placement& each : wanted)
        if (::dup2(each.from, each.to) < 0) return failed("place a descriptor");
    return {};
}

} // namespace reeve::chainload
