// What holds up a run, a start or a stop. Each scan remembers where it stopped, and goes on there when the service
// that stopped it gets better; whatever gets worse makes it begin anew.
#include "depengine/reconciler.hpp"

namespace reeve::depengine {

namespace {
constexpr relations conflict = set_of(relation::conflicts), part = set_of(relation::part_of);
} // namespace

// Every change of a reason goes through here: who is waited for knows that somebody waits.
void reconciler::wait_for(wait_reason& slot, wait_reason now) {
    if (slot.other != no_node) --waiters_[slot.other];
    if (now.other != no_node) ++waiters_[now.other];
    slot = now;
}

bool reconciler::held(node which, waiting why, node other) {
    wait_for(turn_[which].held, {why, other});
    return false;
}

bool reconciler::is_free(node which) {
    wait_for(turn_[which].held, {});
    return true;
}

bool reconciler::blocked(node which, waiting why, node other, std::size_t at) {
    wait_for(turn_[which].wait, {why, other});
    ++in_turn_;
    turn_[which].cursor = static_cast<std::uint32_t>(at);
    return false;
}

bool reconciler::can_run(node which) {
    const standing& self = shown_[which];
    const node_facts& facts = (*graph_)[which];
    if (!self.goal) return held(which, waiting::no_goal, no_node);
    if (!graph_->exists(which)) return held(which, waiting::missing, which);
    if (self.alone) return is_free(which);
    if (facts.unstartable) return held(which, waiting::cycle, which);
    if (facts.contradictory != no_node) return held(which, waiting::contradiction, facts.contradictory);
    // What is needed only to start counts while it is known to be at rest.
    const service& it = state_[which];
    bool rests = it.seen.known && it.seen.at_rest() && it.in_flight != 'u';
    relations needs = static_cast<relations>(rests ? lasting | needing : lasting);
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
    bool conflicts = (graph_->around(which) & conflict) != 0;
    for (const link& edge : conflicts ? graph_->in(which) : std::span<const link>{}) {
        const standing& from = shown_[edge.other];
        if ((edge.what & conflict) != 0 && from.run && !from.alone && beats(edge.other, which))
            return held(which, waiting::conflict, edge.other);
    }
    return is_free(which);
}

bool reconciler::may_start(node which) {
    const wish& asked = state_[which].asked;
    if (asked.alone) return true;
    auto out = graph_->out(which);
    auto in = graph_->in(which);
    // Of those that start after it only one that falls can be in its way, or conflicts.
    bool looks_inward = falling_ != 0 || (graph_->around(which) & conflict) != 0;
    std::size_t end = out.size() + (looks_inward ? in.size() : 0);
    for (std::size_t i = turn_[which].cursor; i < end; ++i) {
        bool outward = i < out.size();
        const link& edge = outward ? out[i] : in[i - out.size()];
        const standing& other = shown_[edge.other];
        if (other.alone) continue;
        if ((edge.what & conflict) != 0 && other.active)
            return blocked(which, waiting::down_first, edge.other, i);
        // (Whoever shares deaths waits even when order is to be ignored: it would be restarted at once.)
        bool bound = outward && (edge.what & set_of(relation::binds_to)) != 0;
        if (!edge.ordered || (asked.unordered && !bound)) continue;
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
        // What lives on it goes first, even if it does not know yet that it has to: its start is on its way.
        bool lives_on_it = (in[i].what & lasting) != 0 && other.active &&
                           (other.run || state_[in[i].other].in_flight == 'u');
        if (in[i].ordered && !other.alone &&
            (other.falls || (lives_on_it && !state_[in[i].other].asked.unordered)))
            return blocked(which, waiting::stop_order, in[i].other, i);
    }
    return true;
}

// Whether it has to be restarted because of another: one that it needs is being restarted and was not yet when this
// one's start was sent, or one that it shares its deaths with has died since this one started. That is told by start
// times, so that it is seen even if nobody looked at that moment.
bool reconciler::must_follow(node which) const {
    const service& it = state_[which];
    const standing& self = shown_[which];
    if (!self.active || !self.run || self.alone || it.asked.action != action::none) return false;
    if (falling_ == 0 && (graph_->around(which) & set_of(relation::binds_to)) == 0) return false;
    for (const link& edge : graph_->out(which)) {
        const standing& other = shown_[edge.other];
        if (other.alone || other.gave_up || !other.known) continue;
        bool follows = edge.ordered && !it.asked.unordered && (edge.what & (lasting | part)) != 0;
        if (follows && other.falls && other.run && state_[edge.other].asked.action == action::restart)
            return true;
        // What somebody stops will be at rest soon, and then this one is held, or back, and then it is younger.
        if ((edge.what & set_of(relation::binds_to)) == 0 || other.falls) continue;
        if (!other.ready) return true;
        if (it.seen.main_start != 0 && state_[edge.other].seen.main_start > it.seen.main_start) return true;
    }
    return false;
}

} // namespace reeve::depengine
