// Which services are to be up: what was asked for, what that holds, and what persists.
#include "depengine/reconciler.hpp"

namespace reeve::depengine {

void reconciler::compute_goals() {
    goals_stale_ = false;
    std::vector<node>& reached = work_; // its capacity is the number of nodes
    reached.clear();
    auto reach = [&](node one) {
        if (shown_[one].goal || shown_[one].asked_down) return;
        shown_[one].goal = true;
        reached.push_back(one);
    };
    for (node one = 0; one < graph_->size(); ++one) {
        const wish& asked = state_[one].asked;
        standing& now = shown_[one];
        now.goal = false;
        now.alone = asked.alone;
        now.asked_up = asked.intent == intent::up;
        now.asked_down = asked.intent == intent::down;
    }
    for (node one = 0; one < graph_->size(); ++one)
        if (shown_[one].asked_up || shown_[one].persists) reach(one);
    for (std::size_t next = 0; next < reached.size(); ++next) {
        if (shown_[reached[next]].alone) continue;
        for (const link& edge : graph_->out(reached[next]))
            if ((edge.what & holding) != 0) reach(edge.other);
    }
    // What is needed first: so most are looked at once.
    for (node one : graph_->order()) wake(one, true);
}

// Whether `one` runs if it and `other`, which conflict, both could: what was asked for explicitly before what is only
// held, then what was chosen already, then the first by name. This does not change while it is found out who is to
// run, so the answer does not depend on who is looked at first.
bool reconciler::beats(node one, node other) const {
    const standing &a = shown_[one], &b = shown_[other];
    if (a.asked_up != b.asked_up) return a.asked_up;
    if (a.chosen != b.chosen) return a.chosen;
    return one < other;
}

} // namespace reeve::depengine
