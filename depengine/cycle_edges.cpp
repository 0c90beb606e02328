// By halves: the components of the stronger half of the arcs tell which of the weaker half close a cycle, and which of the
// stronger half cannot. Those inside a component are looked at again among themselves; the others with each component
// drawn together to one node. So each arc is looked at once for each halving.
#include "depengine/cycle_edges.hpp"

namespace reeve::depengine {

namespace {
class halving {
public:
    halving(std::size_t nodes, std::span<const arc> arcs)
        : arcs_(arcs)
        , same_as_(nodes)
        , number_(nodes, no_node)
        , closes_(arcs.size(), false)
        , list_(arcs.size()) {
        for (node i = 0; i < nodes; ++i) same_as_[i] = i;
        for (std::uint32_t i = 0; i < arcs.size(); ++i) list_[i] = i;
    }

    std::vector<bool> run() {
        if (!arcs_.empty())
            work_.push_back({0, static_cast<std::uint32_t>(arcs_.size()), 0, list_.size(), 0, 0});
        while (!work_.empty()) {
            part next = work_.back();
            work_.pop_back();
            for (std::size_t i = next.joined_begin; i < next.joined_end; ++i) join(arcs_[list_[i]]);
            halve(next);
        }
        return std::move(closes_);
    }

private:
    // To be decided are the arcs low to high - 1 that stand in the list from begin to end; stronger ones that stand there
    // too are there for the ways they give. The arcs joined_begin to joined_end are to be drawn together before.
    struct part {
        std::uint32_t low, high;
        std::size_t begin, end, joined_begin, joined_end;
    };

    void halve(const part& all) {
        auto begin = list_.begin() + static_cast<std::ptrdiff_t>(all.begin);
        auto end = list_.begin() + static_cast<std::ptrdiff_t>(all.end);
        bool open = std::any_of(begin, end, [&](std::uint32_t one) { return one >= all.low; });
        if (!open) return;
        bool single = all.high - all.low == 1;
        std::uint32_t middle = single ? all.high : all.low + (all.high - all.low) / 2;
        find_components(all, middle);
        auto closed = [&](std::uint32_t one) {
            return component(arcs_[one].from) == component(arcs_[one].to);
        };
        if (single) {
            closes_[all.low] = closed(all.low);
        } else {
            auto inside = std::partition(begin, end, [&](auto one) { return one < middle && closed(one); });
            auto rest = std::partition(inside, end, [&](auto one) { return !closed(one); });
            for (auto one = rest; one != end; ++one) closes_[*one] = true;
            auto at = [&](auto place) { return static_cast<std::size_t>(place - list_.begin()); };
            // (The last is the first to be taken.)
            work_.push_back({middle, all.high, at(inside), at(rest), all.begin, at(inside)});
            work_.push_back({all.low, middle, all.begin, at(inside), 0, 0});
        }
        for (node one : nodes_) number_[one] = no_node;
    }

    // Of the graph of the arcs before `middle`.
    void find_components(const part& all, std::uint32_t middle) {
        nodes_.clear();
        begin_.assign(1, 0);
        for (std::size_t i = all.begin; i < all.end; ++i)
            for (node end : {root(arcs_[list_[i]].from), root(arcs_[list_[i]].to)})
                if (number_[end] == no_node) {
                    number_[end] = static_cast<node>(nodes_.size());
                    nodes_.push_back(end);
                    begin_.push_back(0);
                }
        for (std::size_t i = all.begin; i < all.end; ++i)
            if (list_[i] < middle) ++begin_[number_[root(arcs_[list_[i]].from)] + 1];
        for (std::size_t i = 0; i < nodes_.size(); ++i) begin_[i + 1] += begin_[i];
        targets_.resize(begin_.back());
        next_.assign(begin_.begin(), begin_.end() - 1);
        for (std::size_t i = all.begin; i < all.end; ++i)
            if (const arc& one = arcs_[list_[i]]; list_[i] < middle)
                targets_[next_[number_[root(one.from)]]++] = number_[root(one.to)];
        component_.resize(nodes_.size());
        std::uint32_t count = 0;
        search_.find(
            nodes_.size(), [&](node at) { return begin_[at]; }, [&](node at) { return begin_[at + 1]; },
            [&](std::uint32_t edge) { return targets_[edge]; },
            [&](std::span<const node> members) {
                for (node one : members) component_[one] = count;
                ++count;
            });
    }
    std::uint32_t component(node one) { return component_[number_[root(one)]]; }
    node root(node one) {
        while (same_as_[one] != one) one = same_as_[one] = same_as_[same_as_[one]];
        return one;
    }
    void join(const arc& one) { same_as_[root(one.from)] = root(one.to); }

    std::span<const arc> arcs_;
    std::vector<node> same_as_; // a forest: nodes that are drawn together have the same root
    std::vector<node> number_;  // of the roots in the part that is looked at
    std::vector<bool> closes_;
    std::vector<std::uint32_t> list_; // numbers of arcs; each part is a stretch of it
    std::vector<part> work_;
    std::vector<node> nodes_, targets_;
    std::vector<std::uint32_t> begin_, next_, component_;
    strong_components search_;
};
} // namespace

std::vector<bool> weakest_of_cycles(std::size_t nodes, std::span<const arc> arcs) {
    return halving(nodes, arcs).run();
}

} // namespace reeve::depengine
