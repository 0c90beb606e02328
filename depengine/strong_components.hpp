// The strongly connected components of a graph, by Tarjan's algorithm with a stack of its own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace reeve::depengine {

using node = std::uint32_t;
inline constexpr node no_node = ~node{0};

class strong_components {
public:
    // The edges of a node are begin(node) to end(node); target(edge) is where one leads, or no_node: it counts for
    // nothing. Calls found(members) for every component of the nodes below `nodes`, each after those that it leads to.
    template <class Begin, class End, class Target, class Found>
    void find(std::size_t nodes, Begin&& begin, End&& end, Target&& target, Found&& found) {
        marks_.assign(nodes, {});
        counter_ = 0;
        auto enter = [&](node at) {
            marks_[at].index = marks_[at].low = ++counter_;
            stack_.push_back(at);
            frames_.push_back({at, begin(at), end(at)});
        };
        for (node root = 0; root < nodes; ++root) {
            if (marks_[root].index != 0) continue;
            enter(root);
            while (!frames_.empty()) {
                frame& top = frames_.back();
                if (top.next == top.end) {
                    leave(found);
                    continue;
                }
                node to = target(top.next++);
                if (to == no_node) continue;
                if (marks_[to].index == 0)
                    enter(to); // `top` is no longer valid
                else
                    marks_[top.at].low = std::min(marks_[top.at].low, marks_[to].index);
            }
        }
    }

private:
    static constexpr std::uint32_t done = ~std::uint32_t{0};
    struct mark {
        std::uint32_t index = 0; // 0: not seen yet; done: its component is known
        std::uint32_t low = 0;
    };
    struct frame {
        node at;
        std::uint32_t next, end;
    };

    template <class Found>
    void leave(Found&& found) {
        node at = frames_.back().at;
        frames_.pop_back();
        mark is = marks_[at];
        if (!frames_.empty()) {
            mark& before = marks_[frames_.back().at];
            before.low = std::min(before.low, is.low);
        }
        if (is.low != is.index) return;
        std::size_t first = stack_.size();
        do marks_[stack_[--first]].index = done;
        while (stack_[first] != at);
        found(std::span<const node>(stack_.data() + first, stack_.size() - first));
        stack_.resize(first);
    }

    std::vector<mark> marks_;
    std::vector<node> stack_;
    std::vector<frame> frames_;
    std::uint32_t counter_ = 0;
};

} // namespace reeve::depengine
