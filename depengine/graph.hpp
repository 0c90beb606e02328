// The services as a graph: nodes are indices in the order of their names, edges are arrays. Built from definitions,
// never changed; a change of definitions makes a new one.
//
// A name that is only referred to is a node too, `missing`: what needs it is held until a directory of that name
// appears. Cycles of ordering are a matter of loading, not of running: on each the edge that matters least loses its
// order, by a rule that depends on nothing but the definitions; a cycle of needs alone makes its members unstartable.
#pragma once

#include "depengine/catalogue.hpp"
#include "depengine/strong_components.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::depengine {

// All that relates one service to another, in one direction.
struct link {
    node other;
    relations what;     // which relations
    relations reversed; // those of them that the other end's directories state
    bool ordered;       // the edge's `from` starts after its `to`, and stops before it
    bool loops = false; // its on-failure/ would go round in a loop: it starts nothing
    bool operator==(const link&) const = default;
};

// One relation as a directory states it.
struct plain_edge {
    node from, to;
    relation which;
    bool reversed;
};

struct node_facts {
    supervise::service_kind kind = supervise::service_kind::incomplete; // incomplete: no such service (yet)
    bool down = false, early = false, persistent = false, essential = false, keep_on_isolate = false;
    bool unstartable = false;     // on a cycle of needs; the cycle is in graph::cycles()
    node contradictory = no_node; // it needs this one, and another with which this one conflicts
    refused_verbs refuse;
};

// A cycle of the ordering as a printable path: "a -> b -> a" means a after b after a.
struct cycle {
    std::vector<node> path;            // first node not repeated at the end
    node from = no_node, to = no_node; // the edge that lost its order; no_node: none could, all are needs
    bool cut =
        false; // of thousands of cycles the ways are not all looked for: only the ends of the edge are told
    bool operator==(const cycle&) const = default;
};

class cycle_search; // cycle_search.hpp

class graph {
public:
    graph() = default;
    explicit graph(const catalogue& definitions);

    std::size_t size() const { return facts_.size(); }
    std::string_view name(node which) const { return names_[which]; }
    node find(std::string_view name) const; // no_node: nobody knows it
    const node_facts& operator[](node which) const { return facts_[which]; }
    bool exists(node which) const { return facts_[which].kind != supervise::service_kind::incomplete; }
    bool is_target(node which) const { return facts_[which].kind == supervise::service_kind::target; }

    // Edges from `which` to what it relates to, and to `which` from what relates to it; by node.
    std::span<const link> out(node which) const { return part(out_, out_begin_, which); }
    std::span<const link> in(node which) const { return part(in_, in_begin_, which); }
    std::size_t edge_count() const { return out_.size(); }
    // All relations that its edges have, in both directions.
    relations around(node which) const { return around_[which]; }
    // All nodes, each after those that it is ordered after.
    std::span<const node> order() const { return order_; }

    const std::vector<cycle>& cycles() const { return cycles_; }
    const std::vector<diagnostic>& problems() const {
        return problems_;
    } // unknown names, cycles, contradictions

private:
    std::span<const link> part(const std::vector<link>& links, const std::vector<std::uint32_t>& begin,
                               node which) const {
        return {links.data() + begin[which], links.data() + begin[which + 1]};
    }
    // The edges as stated, each with the ends that it names.
    std::vector<plain_edge> add_nodes(const catalogue& definitions);
    void add_edges(std::vector<plain_edge>& edges);
    void mirror();              // in_ from out_
    void find_contradictions(); // graph_contradictions.cpp
    void break_cycles();        // graph_order.cpp, as is what follows
    // order_, and for each node the number of its component; false: there are cycles.
    bool find_order(std::vector<std::uint32_t>& component);
    void bar_cycles_of_needs(cycle_search& search);
    void find_failure_loops();                       // graph_failures.cpp
    std::string path_text(const cycle& found) const; // "a -> b -> a"
    void complain_of_cycle(const cycle& found, std::span<const node> members, const link& weakest);
    link* find_link(node from, node to);

    std::vector<std::string> names_; // sorted
    std::vector<node_facts> facts_;
    std::vector<link> out_, in_;
    std::vector<std::uint32_t> out_begin_, in_begin_;
    std::vector<relations> around_;
    std::vector<node> order_;
    std::vector<cycle> cycles_;
    std::vector<diagnostic> problems_;
};

// Which directory entry states `which` of the edge from -> to: "web/requires/db" or "db/required-by/web".
std::string origin_of(const graph& in, node from, const link& edge, relation which);

} // namespace reeve::depengine
