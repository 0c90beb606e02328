// What can never work, whatever is asked for: services that conflict and hold each other, and those that need both
// sides of a conflict.
#include "depengine/graph.hpp"

namespace reeve::depengine {

namespace {
constexpr relations conflict = set_of(relation::conflicts);
// Whoever needs what: all that must run before or while it runs.
constexpr relations needs = needing | lasting;
// So many links are followed in the search; beyond that a contradiction shows when it is started, as a service that
// stays held.
constexpr std::size_t most_steps = 4'000'000;
} // namespace

void graph::find_contradictions() {
    std::vector<std::uint32_t> seen(size(), 0); // the search that reached it last
    std::vector<node> queue;
    std::uint32_t search = 0;
    std::size_t steps = 0;
    // All that need `root`, and it itself.
    auto reach = [&](node root, auto&& found) {
        queue.assign(1, root);
        ++search;
        for (std::size_t next = 0; next < queue.size(); ++next) {
            node at = queue[next];
            if (seen[at] == search) continue;
            found(at, seen[at]);
            seen[at] = search;
            for (const link& edge : in(at)) {
                ++steps;
                if ((edge.what & needs) != 0 && seen[edge.other] != search) queue.push_back(edge.other);
            }
        }
    };
    for (node from = 0; from < size(); ++from)
        for (const link& edge : out(from)) {
            if ((edge.what & conflict) == 0) continue;
            const link* back = find_link(edge.other, from);
            if (back != nullptr && (back->what & conflict) != 0 && edge.other < from)
                continue; // seen already
            relations between = static_cast<relations>(edge.what | (back != nullptr ? back->what : 0));
            for (const auto& row : relation_table)
                if ((between & holding & set_of(row.which)) != 0) {
                    problems_.push_back(
                        {std::string(name(from)), origin_of(*this, from, edge, relation::conflicts),
                         "contradicts \"" + std::string(row.name) + "\" between the same two services",
                         "the conflict wins: they never run together"});
                    break;
                }
            if (steps > most_steps) continue;
            reach(from, [](node, std::uint32_t) {});
            std::uint32_t first = search;
            reach(edge.other, [&](node one, std::uint32_t before) {
                if (before != first || facts_[one].contradictory != no_node) return;
                facts_[one].contradictory = one == edge.other ? from : edge.other;
                problems_.push_back(
                    {std::string(name(one)), std::string(name(one)),
                     "can never run: it needs " +
                         (one == from || one == edge.other
                              ? std::string(name(facts_[one].contradictory)) + ", and conflicts with it"
                              : std::string(name(from)) + " and " + std::string(name(edge.other)) +
                                    ", which conflict"),
                     ""});
            });
        }
}

} // namespace reeve::depengine
