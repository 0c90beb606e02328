#include "depengine/graph.hpp"

#include <algorithm>
#include <bit>

namespace reeve::depengine {

namespace {
// Names that are all known beforehand and do not move, to their numbers. Open addressing, with a part of the hash beside
// each number, so that a search reads one other name at most: a graph of many services is mostly the looking up of names.
class name_index {
public:
    explicit name_index(std::span<const std::string* const> names)
        : names_(names)
        , slots_(std::bit_ceil(names.size() * 2 + 2)) {
        for (node i = 0; i < names.size(); ++i) {
            std::uint64_t hash = hash_of(*names[i]);
            std::size_t at = hash & (slots_.size() - 1);
            while (slots_[at].number != no_node) at = (at + 1) & (slots_.size() - 1);
            slots_[at] = {tag_of(hash), i};
        }
    }
    node find(std::string_view name) const {
        std::uint64_t hash = hash_of(name);
        std::size_t at = hash & (slots_.size() - 1);
        while (slots_[at].number != no_node &&
               (slots_[at].tag != tag_of(hash) || *names_[slots_[at].number] != name))
            at = (at + 1) & (slots_.size() - 1);
        return slots_[at].number;
    }

private:
    struct slot {
        std::uint32_t tag = 0;
        node number = no_node;
    };
    static std::uint64_t hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }
    static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
    std::span<const std::string* const> names_;
    std::vector<slot> slots_;
};

// By `from`, in time proportional to edges and nodes, and then by `to`.
void sort_edges(std::vector<plain_edge>& edges, std::size_t nodes) {
    std::vector<std::uint32_t> end(nodes + 1, 0);
    for (const plain_edge& edge : edges) ++end[edge.from + 1];
    for (std::size_t i = 0; i < nodes; ++i) end[i + 1] += end[i];
    auto earlier = [](const plain_edge& a, const plain_edge& b) { return a.from < b.from; };
    if (!std::is_sorted(edges.begin(), edges.end(), earlier)) {
        std::vector<std::uint32_t> next(end.begin(), end.end() - 1);
        std::vector<plain_edge> sorted(edges.size());
        for (const plain_edge& edge : edges) sorted[next[edge.from]++] = edge;
        edges.swap(sorted);
    }
    for (std::size_t i = 0; i < nodes; ++i)
        std::sort(edges.begin() + end[i], edges.begin() + end[i + 1],
                  [](const plain_edge& a, const plain_edge& b) { return a.to < b.to; });
}
} // namespace

graph::graph(const catalogue& definitions) {
    std::vector<plain_edge> stated = add_nodes(definitions);
    add_edges(stated);
    break_cycles();
    find_failure_loops();
    mirror();
    find_contradictions();
}

node graph::find(std::string_view name) const {
    auto found = std::lower_bound(names_.begin(), names_.end(), name);
    return found != names_.end() && *found == name ? static_cast<node>(found - names_.begin()) : no_node;
}

std::vector<plain_edge> graph::add_nodes(const catalogue& definitions) {
    std::size_t known = definitions.services.size(), edge_count = 0;
    std::vector<const std::string*> names;
    std::vector<const definition*> listed;
    std::vector<bool> incomplete;
    names.reserve(known), listed.reserve(known), incomplete.reserve(known);
    for (const auto& [name, one] : definitions.services) {
        names.push_back(&name);
        listed.push_back(&one);
        incomplete.push_back(one.kind == supervise::service_kind::incomplete);
        edge_count += one.edges.size();
    }
    // First the services are numbered as they are listed, and the strangers, which have no directory, after them.
    name_index index(names);
    std::vector<std::string_view> strangers;
    std::vector<plain_edge> edges;
    edges.reserve(edge_count);
    for (node self = 0; self < known; ++self)
        for (const stated_edge& edge : listed[self]->edges) {
            node other = index.find(edge.other);
            bool stranger = other == no_node;
            if (stranger) {
                other = static_cast<node>(known + strangers.size());
                strangers.push_back(edge.other);
            }
            // What an incomplete directory says may be half of what it will say.
            if (incomplete[self]) continue;
            edges.push_back(edge.reversed ? plain_edge{other, self, edge.which, true}
                                          : plain_edge{self, other, edge.which, false});
            if (!stranger && !incomplete[other]) continue;
            const relation_row& row = row_of(edge.which);
            problems_.push_back(
                {*names[self],
                 *names[self] + "/" + std::string(edge.reversed ? row.reverse : row.name) + "/" + edge.other,
                 stranger ? "names a service that does not exist"
                          : "names a directory that has neither run nor start nor target",
                 ""});
        }
    std::vector<std::string_view> unlisted = strangers;
    std::sort(unlisted.begin(), unlisted.end());
    unlisted.erase(std::unique(unlisted.begin(), unlisted.end()), unlisted.end());

    // Then all by name: both lists are sorted. `moved` tells where the listed ones went.
    std::vector<node> moved(known);
    names_.reserve(known + unlisted.size());
    facts_.resize(known + unlisted.size());
    auto next = unlisted.begin();
    for (node i = 0; i < known; ++i) {
        for (; next != unlisted.end() && *next < *names[i]; ++next) names_.emplace_back(*next);
        const definition& one = *listed[i];
        moved[i] = static_cast<node>(names_.size());
        node_facts& facts = facts_[names_.size()];
        names_.push_back(*names[i]);
        facts.kind = one.kind;
        facts.down = one.down;
        facts.early = one.early;
        facts.persistent = one.persistent;
        facts.essential = one.essential;
        facts.keep_on_isolate = one.keep_on_isolate;
        facts.refuse = one.refuse;
    }
    for (; next != unlisted.end(); ++next) names_.emplace_back(*next);
    if (unlisted.empty()) return edges;
    for (std::string_view stranger : strangers) moved.push_back(find(stranger));
    for (plain_edge& edge : edges) {
        edge.from = moved[edge.from];
        edge.to = moved[edge.to];
    }
    return edges;
}

void graph::add_edges(std::vector<plain_edge>& edges) {
    sort_edges(edges, size());
    out_begin_.assign(size() + 1, 0);
    out_.reserve(edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const plain_edge& edge = edges[i];
        bool first = i == 0 || edges[i - 1].from != edge.from || edges[i - 1].to != edge.to;
        if (first) {
            out_.push_back({edge.to, 0, 0, false});
            ++out_begin_[edge.from + 1];
        }
        relations what = set_of(edge.which);
        out_.back().what = static_cast<relations>(out_.back().what | what);
        if (edge.reversed) out_.back().reversed = static_cast<relations>(out_.back().reversed | what);
    }
    for (std::size_t i = 0; i < size(); ++i) out_begin_[i + 1] += out_begin_[i];
}

void graph::mirror() {
    in_begin_.assign(size() + 1, 0);
    for (const link& edge : out_) ++in_begin_[edge.other + 1];
    for (std::size_t i = 0; i < size(); ++i) in_begin_[i + 1] += in_begin_[i];
    in_.resize(out_.size());
    around_.assign(size(), 0);
    std::vector<std::uint32_t> next(in_begin_.begin(), in_begin_.end() - 1);
    for (node from = 0; from < size(); ++from)
        for (const link& edge : out(from)) {
            link back = edge;
            back.other = from;
            in_[next[edge.other]++] = back;
            around_[from] = static_cast<relations>(around_[from] | edge.what);
            around_[edge.other] = static_cast<relations>(around_[edge.other] | edge.what);
        }
}

link* graph::find_link(node from, node to) {
    auto begin = out_.begin() + out_begin_[from], end = out_.begin() + out_begin_[from + 1];
    auto found =
        std::lower_bound(begin, end, to, [](const link& edge, node other) { return edge.other < other; });
    return found != end && found->other == to ? &*found : nullptr;
}

std::string origin_of(const graph& in, node from, const link& edge, relation which) {
    const auto& row = row_of(which);
    std::string self(in.name(from)), other(in.name(edge.other));
    if ((edge.reversed & set_of(which)) == 0) return self + "/" + std::string(row.name) + "/" + other;
    return other + "/" + std::string(row.reverse) + "/" + self;
}

} // namespace reeve::depengine
