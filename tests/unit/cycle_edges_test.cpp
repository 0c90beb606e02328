// Which edges lose their order: against the plain rule, and for large graphs that are one knot.
#include "depengine/cycle_edges.hpp"
#include "tests/property/cases.hpp"
#include "tests/unit/tried_tree.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;

namespace {
// Whether the arcs before `one` lead from its end back to its begin.
bool closes_a_cycle(std::size_t nodes, std::span<const arc> arcs, std::size_t one) {
    std::vector<bool> reached(nodes, false);
    reached[arcs[one].to] = true;
    for (bool again = true; again;) {
        again = false;
        for (const arc& each : arcs.first(one)) {
            if (!reached[each.from] || reached[each.to]) continue;
            reached[each.to] = again = true;
        }
    }
    return reached[arcs[one].from];
}
} // namespace

TEST_CASE("an edge is lost if it is the weakest of some cycle") {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        reeve::tests::random_numbers random(seed);
        std::size_t nodes = 2 + random.below(9);
        std::vector<arc> arcs;
        for (std::size_t count = random.below(30); count > 0; --count) {
            arc one{static_cast<node>(random.below(nodes)), static_cast<node>(random.below(nodes))};
            if (one.from != one.to) arcs.push_back(one);
        }
        std::vector<bool> found = weakest_of_cycles(nodes, arcs);
        for (std::size_t i = 0; i < arcs.size(); ++i) {
            CAPTURE(seed);
            CAPTURE(i);
            REQUIRE(found[i] == closes_a_cycle(nodes, arcs, i));
        }
    }
}

TEST_CASE("trap: ten thousand services in one knot") {
    reeve::tests::random_numbers random(1);
    std::string text;
    for (int i = 0; i < 10'000; ++i) {
        text += "s" + std::to_string(i);
        for (int k = 0; k < 3; ++k) text += " after/s" + std::to_string(random.below(10'000));
        text += "\n";
    }
    graph all(reeve::tests::definitions(text));
    CHECK(all.cycles().size() > 1000);
    // What is left is an order: each comes after what it is ordered after.
    std::vector<std::size_t> place(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) place[all.order()[i]] = i;
    std::size_t wrong = 0;
    for (node one = 0; one < all.size(); ++one)
        for (const reeve::depengine::link& edge : all.out(one))
            wrong += edge.ordered && place[edge.other] > place[one];
    CHECK(wrong == 0);
}
