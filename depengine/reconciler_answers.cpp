// What the reconciler tells of a service: what it waits for, why, who keeps it up, and whether anything is stuck.
#include "depengine/reconciler.hpp"

namespace reeve::depengine {

node reconciler::holder(node which) const {
    if (state_[which].asked.intent == intent::up) return which;
    if (!shown_[which].goal) return no_node;
    for (const link& edge : graph_->in(which))
        if ((edge.what & holding) != 0 && shown_[edge.other].goal && !state_[edge.other].asked.alone)
            return edge.other;
    return which; // it persists
}

wait_reason reconciler::waits_for(node which) const {
    if (shown_[which].gave_up) return {waiting::gave_up, which};
    return shown_[which].run ? turn_[which].wait : turn_[which].held;
}

std::size_t reconciler::why(node which, std::span<wait_reason> into) const {
    std::size_t steps = 0;
    while (steps < into.size()) {
        wait_reason reason = waits_for(which);
        if (reason.why == waiting::nothing) break;
        into[steps++] = reason;
        if (reason.other == no_node || reason.other == which) break;
        which = reason.other;
    }
    return steps;
}

bool reconciler::settled(node which) const {
    const service& it = state_[which];
    const standing& now = shown_[which];
    if (it.in_flight != 0 || it.asked.action == action::stop) return false;
    return !now.run || now.gave_up || (now.ready && it.asked.action == action::none);
}

std::vector<node> reconciler::stalled() const {
    std::vector<std::uint32_t> visited(graph_->size(), 0);
    std::uint32_t round = 0;
    auto waits = [&](node one) {
        waiting why = turn_[one].wait.why;
        return why == waiting::start_order || why == waiting::down_first || why == waiting::stop_order;
    };
    for (node first = 0; first < graph_->size(); ++first) {
        if (!waits(first) || visited[first] != 0) continue;
        ++round;
        node at = first;
        while (waits(at) && visited[at] == 0) {
            visited[at] = round;
            at = turn_[at].wait.other;
        }
        if (!waits(at) || visited[at] != round) continue;
        std::vector<node> ring{at};
        for (node next = turn_[at].wait.other; next != at; next = turn_[next].wait.other)
            ring.push_back(next);
        return ring;
    }
    return {};
}

} // namespace reeve::depengine
