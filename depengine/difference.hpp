// What is other in one catalogue than in an earlier one, for people.
#pragma once

#include "depengine/catalogue.hpp"

namespace reeve::depengine {

struct changed_edge {
    std::string from;
    relation which;
    std::string to;
    auto operator<=>(const changed_edge&) const = default;
};

struct changed_service {
    std::string service;
    std::vector<std::string> what; // "flag down: added", "kind: oneshot, was process"
};

struct difference {
    std::vector<std::string> added, removed;
    std::vector<changed_service> changed;
    std::vector<changed_edge> edges_added, edges_removed; // sorted
    bool empty() const {
        return added.empty() && removed.empty() && changed.empty() && edges_added.empty() &&
               edges_removed.empty();
    }
};

difference difference_of(const catalogue& before, const catalogue& after);

} // namespace reeve::depengine
