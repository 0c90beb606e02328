// First in, first out, of nodes that are in it at most once: it never needs more room than there are nodes, so that
// work is queued without taking memory.
#pragma once

#include "depengine/graph.hpp"

#include <vector>

namespace reeve::depengine {

class node_ring {
public:
    explicit node_ring(std::size_t nodes)
        : ring_(nodes) {}
    bool empty() const { return size_ == 0; }
    void push(node one) {
        std::size_t end = begin_ + size_++;
        ring_[end >= ring_.size() ? end - ring_.size() : end] = one;
    }
    node pop() {
        node first = ring_[begin_];
        begin_ = begin_ + 1 == ring_.size() ? 0 : begin_ + 1;
        --size_;
        return first;
    }

private:
    std::vector<node> ring_;
    std::size_t begin_ = 0, size_ = 0;
};

} // namespace reeve::depengine
