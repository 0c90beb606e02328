// A process that must be a new one, as in a new pid namespace: the chain goes on in a child, and the helper stays as its
// parent, hands on signals, and ends with its exit code.
#pragma once

#include "chainload/result.hpp"

#include <optional>

namespace reeve::chainload {

struct parenthood {
    int death_signal; // what the child gets if this parent dies
    bool
        first_process; // an own process stands between, as first of its pid namespace, and reaps what is left to it
};

// Nothing in the child, which returns; in a parent the exit code, when it is over.
result<std::optional<int>> stay_as_parent(const parenthood& how);

} // namespace reeve::chainload
