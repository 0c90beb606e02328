// Makes the declared order acyclic: strongly connected components by Tarjan's algorithm with an explicit stack, and
// in each, cycle by cycle, the edge that matters least loses its order.
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

// The strongly connected components of the graph of ordered links.
class components {
public:
    explicit components(std::size_t nodes)
        : index_(nodes, 0)
        , low_(nodes, 0)
        , on_stack_(nodes, 0) {}

    // Calls found(members) for each component of more than one node among `roots`. All other nodes they lead to have
    // been roots before.
    template <class Links, class Found>
    void find(std::span<const node> roots, Links&& links, Found&& found) {
        counter_ = 0;
        for (node root : roots) index_[root] = 0;
        for (node root : roots)
            if (index_[root] == 0) visit(root, links, found);
    }

private:
    struct frame {
        node at;
        std::uint32_t next; // which of its links comes next
    };

    template <class Links, class Found>
    void visit(node root, Links&& links, Found&& found) {
        enter(root);
        while (!frames_.empty()) {
            frame& top = frames_.back();
            std::span<const link> all = links(top.at);
            bool deeper = false;
            while (top.next < all.size()) {
                const link& edge = all[top.next++];
                if (!edge.ordered) continue;
                if (index_[edge.other] == 0) {
                    enter(edge.other); // `top` is no longer valid
                    deeper = true;
                    break;
                }
                if (on_stack_[edge.other] != 0) low_[top.at] = std::min(low_[top.at], index_[edge.other]);
            }
            if (!deeper) leave(found);
        }
    }

    void enter(node at) {
        index_[at] = low_[at] = ++counter_;
        stack_.push_back(at);
        on_stack_[at] = 1;
        frames_.push_back({at, 0});
    }

    template <class Found>
    void leave(Found&& found) {
        node at = frames_.back().at;
        frames_.pop_back();
        if (!frames_.empty()) low_[frames_.back().at] = std::min(low_[frames_.back().at], low_[at]);
        if (low_[at] != index_[at]) return;
        std::size_t begin = stack_.size();
        do on_stack_[stack_[--begin]] = 0;
        while (stack_[begin] != at);
        found(std::span<const node>(stack_.data() + begin, stack_.size() - begin));
        stack_.resize(begin);
    }

    std::vector<std::uint32_t> index_, low_;
    std::vector<std::uint8_t> on_stack_;
    std::vector<node> stack_;
    std::vector<frame> frames_;
    std::uint32_t counter_ = 0;
};

// The shortest cycle that begins with the edge from -> to, among the nodes for which inside(node) is true: breadth
// first, so that it is the one that a reader finds easiest to follow. `came_from` is no_node everywhere, before and
// after.
template <class Links, class Inside>
std::vector<node> shortest_cycle(node from, node to, std::vector<node>& came_from, Links&& links,
                                 Inside&& inside) {
    std::vector<node> queue{to};
    for (std::size_t at = 0; at < queue.size() && came_from[from] == no_node; ++at)
        for (const link& edge : links(queue[at])) {
            if (!edge.ordered || !inside(edge.other) || came_from[edge.other] != no_node) continue;
            came_from[edge.other] = queue[at];
            queue.push_back(edge.other);
        }
    std::vector<node> path;
    for (node step = came_from[from]; step != to; step = came_from[step]) path.push_back(step);
    path.push_back(to);
    path.push_back(from);
    std::reverse(path.begin(), path.end());
    for (node one : queue) came_from[one] = no_node;
    return path;
}
} // namespace

void graph::break_cycles() {
    for (link& edge : out_) edge.ordered = (edge.what & ordering) != 0;
    auto links = [this](node at) { return out(at); };
    components search(size());
    order_.reserve(size());
    std::vector<std::vector<node>> work;
    auto collect = [&](std::span<const node> members) {
        if (members.size() > 1) work.emplace_back(members.begin(), members.end());
    };
    std::vector<node> all(size());
    for (node i = 0; i < size(); ++i) all[i] = i;
    auto sort = [&](std::span<const node> members) { order_.push_back(members.front()); };
    auto first = [&](std::span<const node> members) {
        collect(members);
        sort(members);
    };
    search.find(all, links, first);
    if (work.empty()) return;

    std::vector<node> came_from(size(), no_node);
    std::vector<std::uint32_t> component(size(), 0);
    std::uint32_t number = 0;
    while (!work.empty()) {
        std::vector<node> members = std::move(work.back());
        work.pop_back();
        std::sort(members.begin(), members.end());
        ++number;
        for (node one : members) component[one] = number;
        auto inside = [&](node one) { return component[one] == number; };

        // The weakest edge in the component, the first by name of those. Each edge inside is on some cycle.
        link* weakest = nullptr;
        node from = no_node;
        for (node one : members)
            for (std::uint32_t i = out_begin_[one]; i < out_begin_[one + 1]; ++i) {
                link& edge = out_[i];
                if (!edge.ordered || !inside(edge.other)) continue;
                if (weakest == nullptr || rank_of(edge) < rank_of(*weakest)) weakest = &edge, from = one;
            }
        // A cycle of needs loses an order too, as its members may have to be stopped, but that is no way to start them.
        bool needed = rank_of(*weakest) == order_rank::needed;
        if (!needed || !facts_[from].unstartable) {
            cycle found{shortest_cycle(from, weakest->other, came_from, links, inside), no_node, no_node};
            if (!needed) {
                found.from = from;
                found.to = weakest->other;
            }
            complain_of_cycle(found, members, *weakest);
            cycles_.push_back(std::move(found));
        }
        weakest->ordered = false;
        search.find(members, links, collect); // what is left of the component
    }
    order_.clear();
    search.find(all, links, sort);
    std::sort(cycles_.begin(), cycles_.end(), [](const cycle& a, const cycle& b) { return a.path < b.path; });
}

void graph::complain_of_cycle(const cycle& found, std::span<const node> members, const link& weakest) {
    std::string path;
    for (std::size_t i = 0; i < found.path.size() && i < longest_path; ++i)
        (path += name(found.path[i])) += " -> ";
    if (found.path.size() > longest_path)
        ((path += '(') += std::to_string(found.path.size() - longest_path)) += " more) -> ";
    path += name(found.path.front());
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
