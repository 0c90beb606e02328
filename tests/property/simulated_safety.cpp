// What must hold at every letter, and at rest, whatever happens.
#include "tests/property/simulated_tree.hpp"

namespace reeve::tests {

using namespace depengine;

namespace {
constexpr relations need_to_start =
    set_of(relation::requires_other, relation::binds_to, relation::milestone, relation::requisite);
constexpr relations need_for_ever = set_of(relation::requires_other, relation::binds_to, relation::requisite);
} // namespace

// Whether `from` comes after `to`: what has lost its order on a cycle does not.
bool simulated_tree::ordered(std::size_t from, std::size_t to) const {
    for (const link& edge : graph_->out(static_cast<node>(from)))
        if (edge.other == to) return edge.ordered;
    return false;
}

void simulated_tree::check_letter(letter_to one) {
    if (one.letter == 'u')
        check_start(one.to);
    else
        check_stop(one.to);
}

void simulated_tree::check_start(std::size_t which) {
    const wish& asked = engine_->wished(static_cast<node>(which));
    if (asked.alone) return;
    auto told = [&](std::size_t other) {
        return service_name(which) + " is started, though " + service_name(other);
    };
    for (std::size_t k = 0; k < tree_.size(); ++k) {
        node other = static_cast<node>(k);
        const observation& seen = engine_->seen(other);
        if (k == which || engine_->wished(other).alone) continue;
        bool leaves = engine_->in_flight(other) == 'd' && !seen.at_rest(),
             comes = engine_->in_flight(other) == 'u';
        if (tree_.conflict(which, k) && (!seen.at_rest() || comes)) fail(told(k) + " conflicts and runs");
        if (asked.unordered) continue;
        if (tree_.has(which, k, need_to_start) && ordered(which, k) && (!seen.ready() || leaves))
            fail(told(k) + " is needed and not ready");
        if (ordered(which, k) && !seen.ready() && seen.known && !seen.at_rest() &&
            seen.phase != supervise::phase::backoff && engine_->wished(other).run)
            fail(told(k) + " is still on its way");
        bool goes_down = leaves || (seen.want == supervise::want::down && !seen.at_rest());
        if ((ordered(which, k) || ordered(k, which)) && goes_down) fail(told(k) + " is still going down");
    }
}

void simulated_tree::check_stop(std::size_t which) {
    const wish& asked = engine_->wished(static_cast<node>(which));
    if (asked.alone || asked.unordered) return;
    for (std::size_t k = 0; k < tree_.size(); ++k) {
        node other = static_cast<node>(k);
        const observation& seen = engine_->seen(other);
        if (k == which || engine_->wished(other).alone || engine_->wished(other).unordered) continue;
        bool down = seen.at_rest() && engine_->in_flight(other) != 'u';
        bool lives_on_it = tree_.has(k, which, need_for_ever) && ordered(k, which);
        bool goes_down =
            !seen.at_rest() && (engine_->in_flight(other) == 'd' || seen.want == supervise::want::down);
        if ((lives_on_it && !down) || (ordered(k, which) && goes_down))
            fail(service_name(which) + " is stopped, though " + service_name(k) +
                 " is not down: " + std::string(supervise::name_of(seen.phase)));
    }
}

// What conflicts never lives at the same time, unless somebody's hand did it.
void simulated_tree::check_conflicts() {
    for (std::size_t i = 0; i < tree_.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) {
            if (!tree_.conflict(i, k) || !supervisors_[i].live() || !supervisors_[k].live()) continue;
            bool excused = supervisors_[i].by_hand || supervisors_[k].by_hand ||
                           engine_->wished(static_cast<node>(i)).alone ||
                           engine_->wished(static_cast<node>(k)).alone;
            if (!excused) fail(service_name(i) + " and " + service_name(k) + " conflict, and both live");
        }
}

void simulated_tree::check_rest() {
    if (!broken_.empty()) return;
    std::string ring;
    for (node one : engine_->stalled()) (ring += ' ') += service_name(one);
    if (!ring.empty()) fail("services wait for each other:" + ring);
    for (node i = 0; i < tree_.size(); ++i) {
        if (!engine_->settled(i)) fail(service_name(i) + " is never settled");
        if (!tree_.exists(i) || tree_.is_target(i)) continue;
        bool runs = engine_->stands(i).run;
        bool gave_up =
            supervisors_[i].why != spent::no || supervisors_[i].record.want == supervise::want::down;
        if (runs && !up(i) && !gave_up) fail(service_name(i) + " is to run and does not");
        if (!runs && supervisors_[i].live()) fail(service_name(i) + " lives and is not to run");
    }
}

} // namespace reeve::tests
