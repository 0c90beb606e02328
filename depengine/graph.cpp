#include "depengine/graph.hpp"

#include <algorithm>

namespace reeve::depengine {

namespace {
struct plain_edge {
    node from, to;
    relation which;
    bool reversed;
};
} // namespace

graph::graph(const catalogue& definitions) {
    add_nodes(definitions);
    add_edges(definitions);
    find_contradictions();
    break_cycles();
    mirror();
}

node graph::find(std::string_view name) const {
    auto found = std::lower_bound(names_.begin(), names_.end(), name);
    return found != names_.end() && *found == name ? static_cast<node>(found - names_.begin()) : no_node;
}

void graph::add_nodes(const catalogue& definitions) {
    for (const auto& [name, one] : definitions.services) {
        names_.push_back(name);
        for (const stated_edge& edge : one.edges) names_.push_back(edge.other);
    }
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    names_.shrink_to_fit();
    facts_.resize(names_.size());
    for (const auto& [name, one] : definitions.services) {
        node_facts& facts = facts_[find(name)];
        facts.kind = one.kind;
        facts.down = one.down;
        facts.early = one.early;
        facts.persistent = one.persistent;
        facts.essential = one.essential;
        facts.keep_on_isolate = one.keep_on_isolate;
        facts.refuse = one.refuse;
    }
}

void graph::add_edges(const catalogue& definitions) {
    std::vector<plain_edge> edges;
    for (const auto& [name, one] : definitions.services) {
        // What an incomplete directory says may be half of what it will say.
        if (one.kind == supervise::service_kind::incomplete) continue;
        node self = find(name);
        for (const stated_edge& edge : one.edges) {
            node other = find(edge.other);
            edges.push_back(edge.reversed ? plain_edge{other, self, edge.which, true}
                                          : plain_edge{self, other, edge.which, false});
            if (exists(other)) continue;
            auto stated = std::string(edge.reversed ? row_of(edge.which).reverse : row_of(edge.which).name);
            bool there = definitions.services.contains(edge.other);
            problems_.push_back({name, name + "/" + stated + "/" + edge.other,
                                 there ? "names a directory that has neither run nor start nor target"
                                       : "names a service that does not exist",
                                 ""});
        }
    }
    std::sort(edges.begin(), edges.end(), [](const plain_edge& a, const plain_edge& b) {
        return std::tie(a.from, a.to) < std::tie(b.from, b.to);
    });
    out_begin_.assign(size() + 1, 0);
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const plain_edge& edge = edges[i];
        bool first = i == 0 || edges[i - 1].from != edge.from || edges[i - 1].to != edge.to;
        if (first) {
            out_.push_back({edge.to, 0, 0, false});
            ++out_begin_[edge.from + 1];
        }
        out_.back().what = static_cast<relations>(out_.back().what | set_of(edge.which));
        if (edge.reversed)
            out_.back().reversed = static_cast<relations>(out_.back().reversed | set_of(edge.which));
    }
    out_.shrink_to_fit();
    for (std::size_t i = 0; i < size(); ++i) out_begin_[i + 1] += out_begin_[i];
}

// What can never work, whatever is asked for.
void graph::find_contradictions() {
    for (node from = 0; from < size(); ++from)
        for (const link& edge : out(from)) {
            if ((edge.what & set_of(relation::conflicts)) == 0) continue;
            relations held = static_cast<relations>(edge.what & holding);
            for (const link& back : out(edge.other))
                if (back.other == from) held = static_cast<relations>(held | (back.what & holding));
            if (held == 0) continue;
            for (const auto& row : relation_table)
                if ((held & set_of(row.which)) != 0) {
                    problems_.push_back(
                        {std::string(name(from)), origin_of(*this, from, edge, relation::conflicts),
                         "contradicts \"" + std::string(row.name) + "\" between the same two services",
                         "the conflict wins: they never run together"});
                    break;
                }
        }
}

void graph::mirror() {
    in_begin_.assign(size() + 1, 0);
    for (const link& edge : out_) ++in_begin_[edge.other + 1];
    for (std::size_t i = 0; i < size(); ++i) in_begin_[i + 1] += in_begin_[i];
    in_.resize(out_.size());
    std::vector<std::uint32_t> next(in_begin_.begin(), in_begin_.end() - 1);
    for (node from = 0; from < size(); ++from)
        for (const link& edge : out(from)) {
            link back = edge;
            back.other = from;
            in_[next[edge.other]++] = back;
        }
}

std::string origin_of(const graph& in, node from, const link& edge, relation which) {
    const auto& row = row_of(which);
    std::string self(in.name(from)), other(in.name(edge.other));
    if ((edge.reversed & set_of(which)) == 0) return self + "/" + std::string(row.name) + "/" + other;
    return other + "/" + std::string(row.reverse) + "/" + self;
}

} // namespace reeve::depengine
