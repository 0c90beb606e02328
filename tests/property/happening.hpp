// What happens to a simulated tree from outside: requests, ends of services, letters sent by hand, engines killed,
// definitions changed. A list of them and a seed are a case.
#pragma once

#include "depengine/request.hpp"
#include "tests/property/small_tree.hpp"

#include <string>
#include <utility>
#include <vector>

namespace reeve::tests {

// How the starts of a service go from now on.
enum class fate { well, skipped, fails, flaky }; // flaky: the next start fails and its supervisor tries again

struct happening {
    enum class kind {
        ask,
        crash,   // it dies, its supervisor restarts it
        fail,    // it dies for good
        end,     // it ends, and is not restarted by policy
        hand_up, // somebody writes u
        hand_down,
        new_supervisor, // its supervisor was replaced; what ran is adopted
        new_fate,
        new_engine,
        new_definitions,
    } what = kind::ask;
    std::vector<std::pair<depengine::verb, std::size_t>> orders;
    depengine::mode how = depengine::mode::replace;
    std::size_t who = 0;
    fate becomes = fate::well;
    std::uint64_t seed = 0; // of a change of definitions
};

happening random_happening(random_numbers& random, std::size_t services);
std::string text_of(const happening& one);

} // namespace reeve::tests
