// The engine is killed after every single thing that it writes or sends in a scenario: each time the tree ends as it
// would have, and every service has been started exactly as often.
#include "tests/property/tree_case.hpp"

#include <doctest/doctest.h>

using namespace reeve::tests;
using namespace reeve::depengine;

namespace {
struct ending_of {
    std::vector<bool> up;
    std::vector<std::uint64_t> starts;
    std::size_t things = 0; // written or sent for the last request
    std::string broken;
};

// All requests one after the other, each at rest; the engine is killed `dies_after` things into the last.
ending_of live(const tree_case& one, std::size_t dies_after) {
    random_numbers random(one.seed);
    simulated_tree tree(one.tree, random);
    tree.come_to_rest();
    std::size_t before = 0;
    for (std::size_t i = 0; i < one.happenings.size(); ++i) {
        before = tree.things_done();
        bool accepted = tree.ask(one.happenings[i]);
        // What is asked for is on disk before it is answered: only what follows can be lost.
        tree.save();
        if (accepted && i + 1 == one.happenings.size()) tree.kill_engine_after(dies_after);
        tree.come_to_rest();
    }
    ending_of end;
    end.things = tree.things_done() - before;
    end.broken = tree.broken();
    for (std::size_t i = 0; i < one.tree.size(); ++i) {
        end.up.push_back(tree.up(i));
        end.starts.push_back(tree.supervisor(i).all_starts);
    }
    return end;
}
} // namespace

TEST_CASE("crash: the engine is killed after each thing that it does") {
    std::size_t scenarios = 0, deaths = 0;
    for (std::uint64_t seed = 1; scenarios < 50; ++seed) {
        tree_case one = random_case(seed, 4);
        std::erase_if(one.happenings, [](const happening& what) {
            return what.what != happening::kind::ask || what.how == reeve::depengine::mode::only ||
                   what.how == reeve::depengine::mode::ignore_order;
        });
        if (one.happenings.empty()) continue;
        ending_of whole = live(one, 0);
        if (whole.things < 4) continue;
        ++scenarios;
        for (std::size_t at = 1; at <= whole.things; ++at, ++deaths) {
            ending_of killed = live(one, at);
            INFO("seed ", seed, ", killed at ", at, "\n", text_of(one));
            REQUIRE(killed.broken == "");
            REQUIRE(killed.up == whole.up);
            REQUIRE(killed.starts == whole.starts);
        }
    }
    MESSAGE(scenarios, " scenarios, ", deaths, " deaths");
}
