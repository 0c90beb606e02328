// Which edges of a graph are the weakest of some cycle. Time grows with edges times the logarithm of edges, however many
// cycles there are and however they meet.
#pragma once

#include "depengine/strong_components.hpp"

#include <span>
#include <vector>

namespace reeve::depengine {

struct arc {
    node from, to;
};

// For arcs from the strongest to the weakest, all between nodes below `nodes`: for each whether there is a cycle on which
// all others are stronger.
std::vector<bool> weakest_of_cycles(std::size_t nodes, std::span<const arc> arcs);

} // namespace reeve::depengine
