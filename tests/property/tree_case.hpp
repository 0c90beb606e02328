// A case: a tree, what happens to it, and a seed for everything else; how it is tried, shrunk and told.
#pragma once

#include "tests/property/simulated_tree.hpp"

#include <functional>

namespace reeve::tests {

struct tree_case {
    small_tree tree;
    std::vector<happening> happenings;
    std::uint64_t seed = 0;
    bool tell = false; // what broke ends with all that was sent and taken until then
};

tree_case random_case(std::uint64_t seed, std::size_t most_happenings);
std::string text_of(const tree_case& one);

// What broke; empty: nothing.
using trial = std::function<std::string(const tree_case&)>;
// Tries as many cases as property_cases() says, and tells the first that breaks, as small as it can be made.
std::string try_cases(std::size_t most_happenings, const trial& attempt);

} // namespace reeve::tests
