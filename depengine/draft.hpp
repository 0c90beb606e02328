// A request on its way to a plan: its verbs merged, and what follows from them. Only the planner's sources see it.
#pragma once

#include "depengine/planner.hpp"

#include <algorithm>

namespace reeve::depengine {

// One action for each service is left of a request.
struct merged {
    bool start = false, stop = false, release = false, restart = false, reload = false, reset = false,
         verify = false;
    bool isolate = false, try_only = false; // try_only: only if it is up
};
struct planner::draft {
    std::vector<std::pair<node, merged>> named; // by node
    std::vector<node> needs;                    // what is started with them, because they need it hard
    std::vector<node> came_from; // by node: for which of them a need is; no_node: asked for, or not there
    std::vector<node> displaced; // what conflicts with those
    std::vector<node> followers; // part of what is released: their start is taken back too
    bool isolate = false, only = false, ignore_order = false;

    const merged* find(node which) const {
        auto found = std::lower_bound(named.begin(), named.end(), which,
                                      [](const auto& one, node other) { return one.first < other; });
        return found != named.end() && found->first == which ? &found->second : nullptr;
    }
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
