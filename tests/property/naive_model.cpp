#include "tests/property/naive_model.hpp"

namespace reeve::tests {

using namespace depengine;

namespace {
// The table of sv-relations(5), written down again.
constexpr relations needed_to_start =
    set_of(relation::requires_other, relation::binds_to, relation::milestone);
constexpr relations needed_for_ever =
    set_of(relation::requires_other, relation::binds_to, relation::requisite);
constexpr relations any_need = needed_to_start | needed_for_ever;
constexpr relations holds = needed_to_start | set_of(relation::waits_for, relation::wants);
constexpr relations restarted_too = needed_for_ever | set_of(relation::part_of);
} // namespace

naive_model::naive_model(const small_tree& tree)
    : tree_(tree) {
    compute_needs();
    for (std::size_t i = 0; i < tree_.size(); ++i)
        if (tree_.exists(i) && !tree_.services[i].down) services_[i].asked = intent::up;
    come_to_rest();
}

void naive_model::change_definitions(const small_tree& tree) {
    tree_ = tree;
    compute_needs();
    for (service& one : services_) one.tried = false;
    come_to_rest();
}

void naive_model::compute_goals() {
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        service& one = services_[i];
        bool persists = tree_.services[i].persistent && (one.up || one.back);
        one.goal = one.asked == intent::up || (persists && one.asked != intent::down);
    }
    for (std::size_t round = 0; round < tree_.size(); ++round)
        for (std::size_t i = 0; i < tree_.size(); ++i)
            for (std::size_t k = 0; k < tree_.size(); ++k)
                if (services_[i].goal && !services_[i].alone && tree_.has(i, k, holds) &&
                    services_[k].asked != intent::down)
                    services_[k].goal = true;
}

void naive_model::compute_needs() {
    for (std::size_t i = 0; i < tree_.size(); ++i)
        for (std::size_t k = 0; k < tree_.size(); ++k) needs_[i][k] = tree_.has(i, k, any_need);
    for (std::size_t round = 0; round < tree_.size(); ++round)
        for (std::size_t i = 0; i < tree_.size(); ++i)
            for (std::size_t k = 0; k < tree_.size(); ++k)
                for (std::size_t between = 0; between < tree_.size(); ++between)
                    if (needs_[i][between] && needs_[between][k]) needs_[i][k] = true;
    for (std::size_t i = 0; i < tree_.size(); ++i) impossible_[i] = impossible(i);
}

bool naive_model::failed_somewhere() const {
    for (const service& one : services_)
        if (one.failed) return true;
    return false;
}

// On a cycle of needs, or in need of two that conflict.
bool naive_model::impossible(std::size_t which) const {
    if (needs_[which][which]) return true;
    for (std::size_t i = 0; i < tree_.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (tree_.conflict(i, k) && (i == which || needs_[which][i]) && (k == which || needs_[which][k]))
                return true;
    return false;
}

bool naive_model::can_run(std::size_t which, const std::array<bool, most_services>& running) const {
    const service& one = services_[which];
    if (!one.goal || !tree_.exists(which)) return false;
    if (one.alone) return true;
    if (impossible_[which]) return false;
    for (std::size_t k = 0; k < tree_.size(); ++k) {
        const service& other = services_[k];
        if (other.alone || k == which) continue;
        relations needed = one.up ? needed_for_ever : any_need;
        if (tree_.has(which, k, needed) && (!running[k] || other.why != spent::no)) return false;
        if (tree_.has(which, k, set_of(relation::part_of)) && (other.asked == intent::down || other.failed))
            return false;
        if (!tree_.conflict(which, k) || !running[k]) continue;
        bool asked = one.asked == intent::up, other_asked = other.asked == intent::up;
        bool loses = asked != other_asked         ? other_asked
                     : one.chosen != other.chosen ? other.chosen
                                                  : k < which;
        if (loses) return false;
    }
    return true;
}

void naive_model::compute_runs() {
    std::array<bool, most_services> running{};
    for (unsigned round = 0; round < 64; ++round) {
        bool changed = false;
        for (std::size_t i = 0; i < tree_.size(); ++i) {
            bool can = can_run(i, running);
            changed = changed || can != running[i];
            running[i] = can;
        }
        if (changed) continue;
        for (std::size_t i = 0; i < tree_.size(); ++i) {
            service& one = services_[i];
            // The start that was due, and never came, has not undone what its record says.
            bool withdrawn = one.run && !running[i] && one.failed != one.failure_on_record;
            if (withdrawn) one.failed = changed = true;
            one.run = running[i];
        }
        if (!changed) return;
    }
    undecided_ = true;
}

void naive_model::start(std::size_t which) {
    service& one = services_[which];
    one.tried = true;
    one.back = one.failed = false;
    if (tree_.is_target(which) || one.goes == fate::well || one.goes == fate::flaky) {
        one.up = true;
        one.starts += one.goes == fate::flaky ? 2 : 1;
        if (!tree_.is_target(which)) one.goes = fate::well;
    } else {
        one.failed = one.goes != fate::skipped;
        one.why = one.failed ? spent::failed : spent::skipped;
        one.starts += one.goes == fate::fails ? 1 : 0;
    }
    one.failure_on_record = one.failed;
}

void naive_model::come_to_rest() {
    for (bool changed = true; changed && !undecided_;) {
        changed = false;
        compute_goals();
        compute_runs();
        for (std::size_t i = 0; i < tree_.size(); ++i) {
            service& one = services_[i];
            if (one.run) continue;
            changed = changed || one.up || one.back;
            one.up = one.back = false;
            // What is no longer to run has a new start ahead.
            one.why = spent::no;
        }
        // Who shares deaths does not stay up beside what is not up.
        for (std::size_t i = 0; i < tree_.size() && !changed; ++i)
            for (std::size_t k = 0; k < tree_.size() && !changed; ++k)
                if (tree_.has(i, k, set_of(relation::binds_to)) && services_[i].up && !services_[k].up &&
                    !services_[i].alone && !services_[k].alone) {
                    restart(i);
                    changed = true;
                }
        for (std::size_t i = 0; i < tree_.size() && !changed; ++i) {
            service& one = services_[i];
            bool due = one.run && !one.up && one.why == spent::no;
            for (std::size_t k = 0; k < tree_.size(); ++k)
                if (tree_.has(i, k, any_need) && !one.alone && !services_[k].alone && !services_[k].up)
                    due = false;
            if (!due) continue;
            start(i);
            changed = true;
        }
    }
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        services_[i].chosen_before = services_[i].chosen;
        services_[i].chosen = services_[i].run;
    }
}

// It, and all that are up and need it for as long as they are up, go down and come back.
void naive_model::restart(std::size_t which) {
    std::array<bool, most_services> taken{};
    taken[which] = true;
    for (std::size_t round = 0; round < tree_.size(); ++round)
        for (std::size_t i = 0; i < tree_.size(); ++i)
            for (std::size_t k = 0; k < tree_.size(); ++k)
                if (taken[k] && !services_[k].alone && !services_[i].alone && services_[i].up &&
                    tree_.has(i, k, restarted_too))
                    taken[i] = true;
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        if (!taken[i]) continue;
        services_[i].back = services_[i].up;
        services_[i].up = services_[i].failed = false;
        services_[i].why = spent::no;
    }
}

bool naive_model::happen(const happening& what) {
    service& one = services_[what.who];
    bool ours = tree_.exists(what.who) && !tree_.is_target(what.who);
    for (service& each : services_) each.tried = false;
    using kind = happening::kind;
    switch (what.what) {
    case kind::ask:
        if (!ask(what)) return false;
        break;
    case kind::crash:
        if (!ours || !one.up) break;
        start(what.who); // by its supervisor, whether it is needed or not
        if (!one.up || one.why != spent::no) one.up = false;
        for (std::size_t i = 0; i < tree_.size(); ++i)
            if (services_[i].up && !services_[i].alone && !one.alone && one.up &&
                tree_.has(i, what.who, set_of(relation::binds_to)))
                restart(i);
        break;
    case kind::fail:
    case kind::end:
    case kind::hand_down:
        if (!ours || !one.up) break;
        one.up = false;
        one.failed = one.failure_on_record = what.what == kind::fail;
        one.why = one.failed ? spent::failed : spent::ended;
        break;
    case kind::hand_up:
        if (!ours || one.up) break;
        if (!one.goal) one.asked = intent::up;
        one.why = spent::no;
        start(what.who); // and undone, if it is to be held all the same
        break;
    case kind::new_supervisor:
        if (ours && !one.up) one.why = spent::no;
        if (ours && !one.up) one.failed = one.failure_on_record = false;
        one.starts = 0;
        break;
    case kind::new_fate: one.goes = what.becomes; break;
    case kind::new_engine:
    case kind::new_definitions: break;
    }
    come_to_rest();
    return true;
}

} // namespace reeve::tests
