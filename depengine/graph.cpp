#include "depengine/graph.hpp"

#include <algorithm>
#include <bit>

namespace reeve::depengine {

namespace {
struct plain_edge {
    node from, to;
    relation which;
    bool reversed;
};

// Names that are all known beforehand and do not move, to the numbers they were added with. Open addressing: a graph
// of many services is mostly the looking up of names.
class name_index {
public:
    explicit name_index(std::size_t names)
        : slots_(std::bit_ceil(names * 2 + 2)) {}

    void add(std::string_view name, node number) {
        std::size_t at = place(name);
        slots_[at] = {name, number};
    }
    node find(std::string_view name) const { return slots_[place(name)].number; }

private:
    struct slot {
        std::string_view name;
        node number = no_node;
    };
    std::size_t place(std::string_view name) const {
        std::size_t at = std::hash<std::string_view>{}(name) & (slots_.size() - 1);
        while (slots_[at].number != no_node && slots_[at].name != name) at = (at + 1) & (slots_.size() - 1);
        return at;
    }
    std::vector<slot> slots_;
};

// Sorts by key(edge), stably, in time proportional to edges and nodes.
template <class Key>
void counting_sort(std::vector<plain_edge>& edges, std::size_t nodes, Key&& key) {
    std::vector<std::uint32_t> next(nodes + 1, 0);
    for (const plain_edge& edge : edges) ++next[key(edge) + 1];
    for (std::size_t i = 0; i < nodes; ++i) next[i + 1] += next[i];
    std::vector<plain_edge> sorted(edges.size());
    for (const plain_edge& edge : edges) sorted[next[key(edge)]++] = edge;
    edges.swap(sorted);
}
} // namespace

graph::graph(const catalogue& definitions) {
    add_edges(definitions, add_nodes(definitions));
    break_cycles();
    mirror();
    find_contradictions();
}

node graph::find(std::string_view name) const {
    auto found = std::lower_bound(names_.begin(), names_.end(), name);
    return found != names_.end() && *found == name ? static_cast<node>(found - names_.begin()) : no_node;
}

std::vector<node> graph::add_nodes(const catalogue& definitions) {
    std::size_t edges = 0;
    for (const auto& [name, one] : definitions.services) edges += one.edges.size();
    name_index index(definitions.services.size());
    node number = 0;
    for (const auto& [name, one] : definitions.services) index.add(name, number++);
    std::vector<node> others;
    others.reserve(edges);
    std::vector<std::string_view> strangers; // names without a directory
    for (const auto& [name, one] : definitions.services)
        for (const stated_edge& edge : one.edges) {
            others.push_back(index.find(edge.other));
            if (others.back() == no_node) strangers.push_back(edge.other);
        }
    std::sort(strangers.begin(), strangers.end());
    strangers.erase(std::unique(strangers.begin(), strangers.end()), strangers.end());

    // Both are sorted, and so is what is made of them; `moved` tells where the known ones went.
    std::vector<node> moved;
    moved.reserve(definitions.services.size());
    names_.reserve(definitions.services.size() + strangers.size());
    facts_.resize(definitions.services.size() + strangers.size());
    auto stranger = strangers.begin();
    for (const auto& [name, one] : definitions.services) {
        for (; stranger != strangers.end() && *stranger < name; ++stranger) names_.emplace_back(*stranger);
        moved.push_back(static_cast<node>(names_.size()));
        node_facts& facts = facts_[names_.size()];
        names_.push_back(name);
        facts.kind = one.kind;
        facts.down = one.down;
        facts.early = one.early;
        facts.persistent = one.persistent;
        facts.essential = one.essential;
        facts.keep_on_isolate = one.keep_on_isolate;
        facts.refuse = one.refuse;
    }
    for (; stranger != strangers.end(); ++stranger) names_.emplace_back(*stranger);
    if (strangers.empty()) return others;
    std::size_t at = 0;
    for (const auto& [name, one] : definitions.services)
        for (const stated_edge& edge : one.edges) {
            others[at] = others[at] == no_node ? find(edge.other) : moved[others[at]];
            ++at;
        }
    return others;
}

void graph::add_edges(const catalogue& definitions, const std::vector<node>& others) {
    std::vector<plain_edge> edges;
    edges.reserve(others.size());
    auto next_other = others.begin();
    node self = 0;
    for (const auto& [name, one] : definitions.services) {
        while (names_[self] != name) ++self;
        for (const stated_edge& edge : one.edges) {
            node other = *next_other++;
            // What an incomplete directory says may be half of what it will say.
            if (one.kind == supervise::service_kind::incomplete) continue;
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
    counting_sort(edges, size(), [](const plain_edge& edge) { return edge.to; });
    counting_sort(edges, size(), [](const plain_edge& edge) { return edge.from; });
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
    std::vector<std::uint32_t> next(in_begin_.begin(), in_begin_.end() - 1);
    for (node from = 0; from < size(); ++from)
        for (const link& edge : out(from)) {
            link back = edge;
            back.other = from;
            in_[next[edge.other]++] = back;
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
