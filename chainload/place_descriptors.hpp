// Putting descriptors where a program expects them (3, 4, …), in a child right before exec.
#pragma once

#include "chainload/result.hpp"

#include <span>

namespace reeve::chainload {

struct placement {
    int from; // stays open, if close-on-exec until the exec
    int to;
};

// Each `from` becomes `to`, not close-on-exec. Sources and targets may overlap in any way; what else stood at a
// target is closed. Overwrites `from` of its argument.
result<void> place_descriptors(std::span<placement> wanted);

} // namespace reeve::chainload
