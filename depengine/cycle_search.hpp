// Looks for the shortest cycle that begins with an edge: breadth first, so that it is the one that a reader finds easiest
// to follow. In a knot of thousands of cycles it gives up looking, and tells the ends of the edge only.
#pragma once

#include "depengine/graph.hpp"

#include <algorithm>

namespace reeve::depengine {

class cycle_search {
public:
    explicit cycle_search(std::size_t nodes)
        : came_from_(nodes, no_node) {}

    // from -> to and the way back, over edges for which usable(at, edge) is true. There is one.
    template <class Usable>
    cycle shortest(const graph& all, node from, node to, Usable&& usable) {
        if (steps_ > most_steps) return {{from, to}, no_node, no_node, true};
        queue_.assign(1, to);
        for (std::size_t at = 0; at < queue_.size() && came_from_[from] == no_node; ++at)
            for (const link& edge : all.out(queue_[at])) {
                ++steps_;
                if (came_from_[edge.other] != no_node || !usable(queue_[at], edge)) continue;
                came_from_[edge.other] = queue_[at];
                queue_.push_back(edge.other);
            }
        cycle found;
        for (node step = came_from_[from]; step != to; step = came_from_[step]) found.path.push_back(step);
        found.path.push_back(to);
        found.path.push_back(from);
        std::reverse(found.path.begin(), found.path.end());
        for (node one : queue_) came_from_[one] = no_node;
        return found;
    }

private:
    static constexpr std::size_t most_steps = 4'000'000; // so many edges are followed for all cycles together
    std::vector<node> came_from_;                        // no_node everywhere between two searches
    std::vector<node> queue_;
    std::size_t steps_ = 0;
};

} // namespace reeve::depengine
