// Makes the stated order acyclic: each edge that matters least on some cycle loses its order.
#include "depengine/cycle_edges.hpp"
#include "depengine/cycle_search.hpp"
#include "depengine/graph.hpp"

#include <algorithm>

namespace reeve::depengine {

namespace {
constexpr std::size_t longest_path = 20; // so many names of a cycle are printed

constexpr relations ranked(order_rank rank) {
    return relations_with([rank](const auto& row) { return row.order == rank; });
}
// The order of one edge matters as much as the strongest relation that gives it.
order_rank rank_of(const link& edge) {
    for (order_rank rank :
         {order_rank::needed, order_rank::following, order_rank::waiting, order_rank::loose})
        if ((edge.what & ranked(rank)) != 0) return rank;
    return order_rank::none;
}

} // namespace

bool graph::find_order(std::vector<std::uint32_t>& component) {
    order_.clear();
    order_.reserve(size());
    component.resize(size());
    bool acyclic = true;
    std::uint32_t count = 0;
    strong_components().find(
        size(), [this](node at) { return out_begin_[at]; }, [this](node at) { return out_begin_[at + 1]; },
        [this](std::uint32_t edge) { return out_[edge].ordered ? out_[edge].other : no_node; },
        [&](std::span<const node> members) {
            acyclic = acyclic && members.size() == 1;
            for (node one : members) component[one] = count;
            ++count;
            order_.insert(order_.end(), members.begin(), members.end());
        });
    return acyclic;
}

// An edge loses its order if there is a cycle on which it is the one that matters least: by rank, and by name within a
// rank. So what is lost depends on nothing but the edges, and what is left has no cycle.
void graph::break_cycles() {
    for (link& edge : out_) edge.ordered = (edge.what & ordering) != 0;
    std::vector<std::uint32_t> component;
    if (find_order(component)) return;

    struct inner_edge {
        node from;
        std::uint32_t at; // in out_
        order_rank rank;
    };
    std::vector<inner_edge> inner; // those that can be on a cycle
    for (node from = 0; from < size(); ++from)
        for (std::uint32_t at = out_begin_[from]; at < out_begin_[from + 1]; ++at)
            if (out_[at].ordered && component[out_[at].other] == component[from])
                inner.push_back({from, at, rank_of(out_[at])});
    std::reverse(inner.begin(), inner.end());
    std::stable_sort(inner.begin(), inner.end(),
                     [](const auto& a, const auto& b) { return a.rank > b.rank; });
    std::vector<arc> arcs;
    std::vector<std::uint32_t> place(out_.size(), ~std::uint32_t{0}); // less: it matters more
    for (const inner_edge& one : inner) {
        place[one.at] = static_cast<std::uint32_t>(arcs.size());
        arcs.push_back({one.from, out_[one.at].other});
    }
    std::vector<bool> lost = weakest_of_cycles(size(), arcs);

    cycle_search search(size());
    bar_cycles_of_needs(search);
    for (std::size_t i = inner.size(); i-- > 0;) {
        const inner_edge& one = inner[i];
        if (!lost[i] || one.rank == order_rank::needed) continue;
        auto matters_more = [&](node, const link& edge) {
            return place[static_cast<std::size_t>(&edge - out_.data())] < i;
        };
        cycle found = search.shortest(*this, one.from, out_[one.at].other, matters_more);
        found.from = one.from;
        found.to = out_[one.at].other;
        complain_of_cycle(found, {}, out_[one.at]);
        cycles_.push_back(std::move(found));
    }
    for (std::size_t i = 0; i < inner.size(); ++i)
        if (lost[i]) out_[inner[i].at].ordered = false;
    find_order(component);
    std::sort(cycles_.begin(), cycles_.end(), [](const cycle& a, const cycle& b) { return a.path < b.path; });
}

// Such a cycle loses an order too, as its members may have to be stopped, but that is no way to start them.
void graph::bar_cycles_of_needs(cycle_search& search) {
    auto needed = [](const link& edge) { return edge.ordered && rank_of(edge) == order_rank::needed; };
    std::vector<std::uint32_t> component(size());
    std::uint32_t count = 0;
    std::vector<std::vector<node>> rings;
    strong_components().find(
        size(), [this](node at) { return out_begin_[at]; }, [this](node at) { return out_begin_[at + 1]; },
        [&](std::uint32_t edge) { return needed(out_[edge]) ? out_[edge].other : no_node; },
        [&](std::span<const node> members) {
            for (node one : members) component[one] = count;
            ++count;
            if (members.size() > 1) rings.emplace_back(members.begin(), members.end());
        });
    for (std::vector<node>& members : rings) {
        std::sort(members.begin(), members.end());
        node from = members.front();
        auto inside = [&](node at, const link& edge) {
            return needed(edge) && component[edge.other] == component[at];
        };
        for (const link& edge : out(from)) {
            if (!inside(from, edge)) continue;
            cycle found = search.shortest(*this, from, edge.other, inside);
            complain_of_cycle(found, members, edge);
            cycles_.push_back(std::move(found));
            break;
        }
    }
}

std::string graph::path_text(const cycle& found) const {
    std::string path;
    for (std::size_t i = 0; i < found.path.size() && i < longest_path; ++i)
        (path += name(found.path[i])) += " -> ";
    if (found.path.size() > longest_path)
        ((path += '(') += std::to_string(found.path.size() - longest_path)) += " more) -> ";
    if (found.cut) path += "... -> ";
    return path += name(found.path.front());
}

void graph::complain_of_cycle(const cycle& found, std::span<const node> members, const link& weakest) {
    std::string path = path_text(found);
    if (found.from == no_node) {
        for (node one : members) {
            facts_[one].unstartable = true;
            problems_.push_back({std::string(name(one)), std::string(name(one)),
                                 "cannot start: it is on a cycle of needs, " + path, ""});
        }
        return;
    }
    for (const auto& row : relation_table)
        if ((weakest.what & set_of(row.which)) != 0 && row.order != order_rank::none)
            problems_.push_back({std::string(name(found.from)),
                                 origin_of(*this, found.from, weakest, row.which),
                                 "is on a cycle, " + path + ": it gives no order", ""});
}

} // namespace reeve::depengine
