// A request on its way to a plan: its verbs merged, and what follows from them. Only the planner's sources see it.
#pragma once

#include "depengine/planner.hpp"

#include <algorithm>

namespace reeve::depengine {

// One action for each service is left of a request.
struct merged {
    bool start : 1 = false, stop : 1 = false, release : 1 = false, restart : 1 = false;
    bool reload : 1 = false, reset : 1 = false, verify : 1 = false, isolate : 1 = false;
    bool try_only : 1 = false; // only if it is up
};
struct planner::draft {
    static constexpr std::uint32_t unnamed = ~std::uint32_t{0};
    std::vector<std::pair<node, merged>> named; // by node
    std::vector<std::uint32_t> at;              // by node: where in `named` it is, or `unnamed`
    std::vector<node> needs;                    // what is started with them, because they need it hard
    std::vector<node> came_from; // by node: for which of them a need is; no_node: asked for, or not there
    std::vector<node> displaced; // what conflicts with those
    std::vector<node> followers; // part of what is released: their start is taken back too
    bool isolate = false, only = false, ignore_order = false;

    const merged* find(node which) const { return at[which] == unnamed ? nullptr : &named[at[which]].second; }
    // Whether it can take away what keeps other services up.
    bool takes_away() const {
        return isolate || !displaced.empty() || std::any_of(named.begin(), named.end(), [](const auto& one) {
                   return one.second.stop || one.second.release;
               });
    }
    bool brings_up(node which) const {
        const merged* one = find(which);
        return (one != nullptr && (one->start || one->restart)) || came_from[which] != no_node;
    }
};

} // namespace reeve::depengine
