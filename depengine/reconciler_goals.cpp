// Which services are to be up: what was asked for, what that holds, and what persists.
#include "depengine/reconciler.hpp"

namespace reeve::depengine {

void reconciler::compute_goals() {
    goals_stale_ = false;
    std::vector<node>& reached = work_; // its capacity is the number of nodes
    reached.clear();
    auto reach = [&](node one) {
        if (state_[one].goal || state_[one].asked.intent == intent::down) return;
        state_[one].goal = true;
        reached.push_back(one);
    };
    for (service& it : state_) it.goal = false;
    for (node one = 0; one < graph_->size(); ++one) {
        const service& it = state_[one];
        bool persists = (*graph_)[one].persistent && it.shown.active && it.seen.want == supervise::want::up;
        if (it.asked.intent == intent::up || persists) reach(one);
    }
    for (std::size_t next = 0; next < reached.size(); ++next) {
        node one = reached[next];
        if (state_[one].asked.alone) continue;
        for (const link& edge : graph_->out(one))
            if ((edge.what & holding) != 0) reach(edge.other);
    }
    for (node one = 0; one < graph_->size(); ++one) wake(one, true);
}

// Whether `one` runs if it and `other`, which conflict, both have the goal up: what was asked for explicitly before
// what is only held, then what was chosen already, then the first by name.
bool reconciler::beats(node one, node other) const {
    const service &a = state_[one], &b = state_[other];
    bool asked = a.asked.intent == intent::up, other_asked = b.asked.intent == intent::up;
    if (asked != other_asked) return asked;
    if (a.shown.run != b.shown.run) return a.shown.run;
    return one < other;
}

node reconciler::holder(node which) const {
    if (state_[which].asked.intent == intent::up) return which;
    if (!state_[which].goal) return no_node;
    for (const link& edge : graph_->in(which))
        if ((edge.what & holding) != 0 && state_[edge.other].goal && !state_[edge.other].asked.alone)
            return edge.other;
    return which; // it persists
}

} // namespace reeve::depengine
