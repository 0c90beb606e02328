// What holds up a run, a start or a stop. Each scan remembers where it stopped, and goes on there when the service
// that stopped it gets better; whatever gets worse makes it begin anew.
#include "depengine/reconciler.hpp"

namespace reeve::depengine {

namespace {
constexpr relations conflict = set_of(relation::conflicts), part = set_of(relation::part_of);
} // namespace

bool reconciler::held(node which, waiting why, node other) {
    turn_[which].held = {why, other};
    return false;
}

bool reconciler::blocked(node which, waiting why, node other, std::size_t at) {
    turn_[which].wait = {why, other};
    turn_[which].cursor = static_cast<std::uint32_t>(at);
    return false;
}

bool reconciler::can_run(node which) {
    turn_[which].held = {};
    const standing& self = shown_[which];
    const node_facts& facts = (*graph_)[which];
    if (!self.goal) return held(which, waiting::no_goal, no_node);
    if (!graph_->exists(which)) return held(which, waiting::missing, which);
    if (self.alone) return true;
    if (facts.unstartable) return held(which, waiting::cycle, which);
    if (facts.contradictory != no_node) return held(which, waiting::contradiction, facts.contradictory);
    relations needs = lasting;
    if (!self.active) needs = static_cast<relations>(needs | needing);
    for (const link& edge : graph_->out(which)) {
        const standing& to = shown_[edge.other];
        if (to.alone) continue;
        if ((edge.what & needs) != 0 && !available(edge.other))
            return held(which, graph_->exists(edge.other) ? waiting::need : waiting::missing, edge.other);
        if ((edge.what & part) != 0 && (to.asked_down || to.failed))
            return held(which, waiting::stopped, edge.other);
        if ((edge.what & conflict) != 0 && to.run && beats(edge.other, which))
            return held(which, waiting::conflict, edge.other);
    }
    for (const link& edge : graph_->in(which)) {
        const standing& from = shown_[edge.other];
        if ((edge.what & conflict) != 0 && from.run && !from.alone && beats(edge.other, which))
            return held(which, waiting::conflict, edge.other);
    }
    return true;
}

bool reconciler::may_start(node which) {
    const wish& asked = state_[which].asked;
    if (asked.alone) return true;
    auto out = graph_->out(which);
    auto in = graph_->in(which);
    for (std::size_t i = turn_[which].cursor; i < out.size() + in.size(); ++i) {
        bool outward = i < out.size();
        const link& edge = outward ? out[i] : in[i - out.size()];
        const standing& other = shown_[edge.other];
        if (other.alone) continue;
        if ((edge.what & conflict) != 0 && other.active)
            return blocked(which, waiting::down_first, edge.other, i);
        if (!edge.ordered || asked.unordered) continue;
        if (other.falls) return blocked(which, waiting::down_first, edge.other, i);
        if (!outward || !other.must_come) continue;
        // What is only liked, or only ordered, is not waited for once it has failed.
        bool needed = (edge.what & (lasting | needing)) != 0;
        if (needed || !other.retries) return blocked(which, waiting::start_order, edge.other, i);
    }
    return true;
}

bool reconciler::may_stop(node which) {
    const wish& asked = state_[which].asked;
    if (asked.alone || asked.unordered) return true;
    auto in = graph_->in(which);
    for (std::size_t i = turn_[which].cursor; i < in.size(); ++i) {
        const standing& other = shown_[in[i].other];
        if (in[i].ordered && other.falls && !other.alone)
            return blocked(which, waiting::stop_order, in[i].other, i);
    }
    return true;
}

// Whether a service that this one shares its deaths with has died since this one started. Told by start times, so
// that it is seen even if nobody looked at that moment.
bool reconciler::bond_broken(node which) const {
    const service& it = state_[which];
    const standing& self = shown_[which];
    if (!self.active || !self.run || it.asked.alone || it.asked.action != action::none) return false;
    for (const link& edge : graph_->out(which)) {
        if ((edge.what & set_of(relation::binds_to)) == 0) continue;
        const standing& other = shown_[edge.other];
        if (other.alone || other.gave_up || !other.known) continue;
        if (!other.ready) return true;
        if (it.seen.main_start != 0 && state_[edge.other].seen.main_start > it.seen.main_start) return true;
    }
    return false;
}

} // namespace reeve::depengine
