// What holds up a run, a start or a stop. Each scan remembers where it stopped, and goes on there when the service
// that stopped it gets better; whatever gets worse makes it begin anew.
#include "depengine/reconciler.hpp"

namespace reeve::depengine {

namespace {
constexpr relations conflict = set_of(relation::conflicts), part = set_of(relation::part_of);
constexpr relations lasting_needs = set_of(relation::requires_other, relation::binds_to, relation::requisite);
} // namespace

bool reconciler::held(node which, waiting why, node other) {
    state_[which].held = {why, other};
    return false;
}

bool reconciler::blocked(node which, waiting why, node other, std::size_t at) {
    service& it = state_[which];
    it.wait = {why, other};
    it.cursor = static_cast<std::uint32_t>(at);
    return false;
}

bool reconciler::can_run(node which) {
    service& it = state_[which];
    it.held = {};
    if (!it.goal) return held(which, waiting::no_goal, no_node);
    if (!graph_->exists(which)) return held(which, waiting::missing, which);
    if (it.asked.alone) return true;
    if ((*graph_)[which].unstartable) return held(which, waiting::cycle, which);
    relations needs = lasting_needs;
    if (!it.shown.active) needs = static_cast<relations>(needs | set_of(relation::milestone));
    auto out = graph_->out(which);
    auto in = graph_->in(which);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const link& edge = out[i];
        const service& to = state_[edge.other];
        if ((edge.what & needs) != 0 && !available(edge.other) && !to.asked.alone)
            return held(which, graph_->exists(edge.other) ? waiting::need : waiting::missing, edge.other);
        if ((edge.what & part) != 0 && (to.asked.intent == intent::down || to.shown.failed))
            return held(which, waiting::stopped, edge.other);
        if ((edge.what & conflict) != 0 && to.goal && !to.shown.barred && beats(edge.other, which))
            return held(which, waiting::conflict, edge.other);
    }
    for (std::size_t i = 0; i < in.size(); ++i) {
        const service& from = state_[in[i].other];
        if ((in[i].what & conflict) != 0 && from.goal && !from.shown.barred && beats(in[i].other, which))
            return held(which, waiting::conflict, in[i].other);
    }
    return true;
}

bool reconciler::may_start(node which) {
    const service& it = state_[which];
    auto out = graph_->out(which);
    auto in = graph_->in(which);
    for (std::size_t i = it.cursor; i < out.size() + in.size(); ++i) {
        bool outward = i < out.size();
        const link& edge = outward ? out[i] : in[i - out.size()];
        const service& other = state_[edge.other];
        if ((edge.what & conflict) != 0 && other.shown.active)
            return blocked(which, waiting::down_first, edge.other, i);
        if (!edge.ordered || it.asked.alone || it.asked.unordered || other.asked.alone) continue;
        if (other.shown.falls) return blocked(which, waiting::down_first, edge.other, i);
        if (!outward || !other.shown.must_come) continue;
        // What is only liked, or only ordered, is not waited for once it has failed.
        bool needed = (edge.what & (lasting_needs | set_of(relation::milestone))) != 0;
        if (needed || !other.shown.retries) return blocked(which, waiting::start_order, edge.other, i);
    }
    return true;
}

bool reconciler::may_stop(node which) {
    const service& it = state_[which];
    auto in = graph_->in(which);
    for (std::size_t i = it.cursor; i < in.size(); ++i) {
        const link& edge = in[i];
        const service& other = state_[edge.other];
        if (edge.ordered && other.shown.falls && !it.asked.alone && !it.asked.unordered && !other.asked.alone)
            return blocked(which, waiting::stop_order, edge.other, i);
    }
    return true;
}

// Whether a service that this one shares its deaths with has died since this one started. Told by start times, so
// that it is seen even if nobody looked at that moment.
bool reconciler::bond_broken(node which) const {
    const service& it = state_[which];
    if (!it.shown.active || !it.shown.run || it.asked.alone || it.asked.action != action::none) return false;
    for (const link& edge : graph_->out(which)) {
        if ((edge.what & set_of(relation::binds_to)) == 0) continue;
        const service& other = state_[edge.other];
        if (other.asked.alone || other.shown.gave_up || !other.seen.known) continue;
        if (!other.shown.ready) return true;
        if (it.seen.main_start != 0 && other.seen.main_start > it.seen.main_start) return true;
    }
    return false;
}

wait_reason reconciler::waits_for(node which) const {
    const service& it = state_[which];
    if (it.shown.gave_up) return {waiting::gave_up, which};
    return it.asked.run ? it.wait : it.held;
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
    if (it.in_flight != 0 || it.asked.action != action::none) return false;
    if (it.shown.run) return it.shown.ready || it.shown.gave_up;
    return !it.shown.active;
}

std::vector<node> reconciler::stalled() const {
    std::vector<std::uint32_t> visited(graph_->size(), 0);
    std::uint32_t round = 0;
    auto waits = [&](node one) {
        waiting why = state_[one].wait.why;
        return why == waiting::start_order || why == waiting::down_first || why == waiting::stop_order;
    };
    for (node first = 0; first < graph_->size(); ++first) {
        if (!waits(first) || visited[first] != 0) continue;
        ++round;
        node at = first;
        while (waits(at) && visited[at] == 0) {
            visited[at] = round;
            at = state_[at].wait.other;
        }
        if (!waits(at) || visited[at] != round) continue;
        std::vector<node> ring{at};
        for (node next = state_[at].wait.other; next != at; next = state_[next].wait.other)
            ring.push_back(next);
        return ring;
    }
    return {};
}

} // namespace reeve::depengine
