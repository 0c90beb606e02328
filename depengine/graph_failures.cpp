// Services that start each other when they fail would do so for ever. A loop leads from a service that gives up to those
// in its on-failure/, and from whoever is started to what it needs, which is tried again. On each loop the on-failure/ that
// is the first by name starts nothing.
#include "depengine/cycle_edges.hpp"
#include "depengine/cycle_search.hpp"
#include "depengine/graph.hpp"

namespace reeve::depengine {

namespace {
constexpr relations started = set_of(relation::on_failure);
constexpr relations tried = started | needing;
} // namespace

void graph::find_failure_loops() {
    auto starts = [](const link& edge) { return (edge.what & started) != 0; };
    if (std::none_of(out_.begin(), out_.end(), starts)) return;
    std::vector<std::uint32_t> component(size());
    std::uint32_t count = 0;
    strong_components().find(
        size(), [this](node at) { return out_begin_[at]; }, [this](node at) { return out_begin_[at + 1]; },
        [this](std::uint32_t edge) { return (out_[edge].what & tried) != 0 ? out_[edge].other : no_node; },
        [&](std::span<const node> members) {
            for (node one : members) component[one] = count;
            ++count;
        });

    // What is needed first, as that stays; then the others, the last by name first.
    std::vector<arc> arcs;
    std::vector<std::pair<node, std::uint32_t>> suspects; // and where in out_
    for (node from = static_cast<node>(size()); from-- > 0;)
        for (std::uint32_t at = out_begin_[from + 1]; at-- > out_begin_[from];) {
            const link& edge = out_[at];
            if (component[edge.other] != component[from]) continue;
            if ((edge.what & needing) != 0) arcs.push_back({from, edge.other});
            if (starts(edge)) suspects.emplace_back(from, at);
        }
    std::size_t needs = arcs.size();
    for (auto [from, at] : suspects) arcs.push_back({from, out_[at].other});
    std::vector<bool> lost = weakest_of_cycles(size(), arcs);
    cycle_search search(size());
    for (std::size_t i = suspects.size(); i-- > 0;) {
        auto [from, at] = suspects[i];
        if (!lost[needs + i]) continue;
        link& edge = out_[at];
        edge.loops = true;
        cycle found = search.shortest(*this, from, edge.other, [&](node, const link& next) {
            return (next.what & needing) != 0 || (starts(next) && !next.loops);
        });
        problems_.push_back({std::string(name(from)), origin_of(*this, from, edge, relation::on_failure),
                             "goes round in a loop, " + path_text(found) + ": it starts nothing", ""});
    }
}

} // namespace reeve::depengine
