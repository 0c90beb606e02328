#include "depengine/reconciler.hpp"

namespace reeve::depengine {

using supervise::phase;
using supervise::want;

reconciler::reconciler(const depengine::graph& services, std::vector<wish> wishes)
    : graph_(&services)
    , state_(services.size())
    , woken_(services.size())
    , to_act_(services.size()) {
    letters_.reserve(services.size());
    failures_.reserve(services.size());
    successes_.reserve(services.size());
    work_.reserve(services.size());
    for (node one = 0; one < services.size(); ++one) {
        service& it = state_[one];
        it.asked = wishes[one];
        if (services.is_target(one)) { // lives here only: there is no record that tells what it was
            it.seen.known = true;
            if (it.asked.run && it.asked.action == action::none) {
                it.seen.phase = phase::done;
                it.seen.want = want::up;
            }
        }
        it.shown = look(one);
    }
}

void reconciler::take_over(const reconciler& before) {
    for (node one = 0; one < graph_->size(); ++one) {
        node old = before.graph_->find(graph_->name(one));
        if (old == no_node || graph_->is_target(one) != before.graph_->is_target(old)) continue;
        service& it = state_[one];
        const service& was = before.state_[old];
        it.seen = was.seen;
        it.in_flight = was.in_flight;
        it.deaf = was.deaf;
        it.tried = was.tried;
        it.sent_after = was.sent_after;
        it.sent_to = was.sent_to;
        it.shown = look(one);
    }
    goals_stale_ = true;
}

// ---- input

void reconciler::observe(node which, const observation& now) {
    service& it = state_[which];
    if (graph_->is_target(which) || it.seen == now) return;
    bool died = now.starts != it.seen.starts || now.main_start != it.seen.main_start;
    bool same_life = now.known && now.supervise_start == it.sent_to;
    bool taken = it.in_flight != 0 && same_life && now.commands > it.sent_after;
    char letter = it.in_flight;
    if (taken || !same_life) it.in_flight = 0;
    it.seen = now;
    it.deaf = false;
    // What was to start has been told so, and is at rest all the same: that was the attempt.
    if (taken && letter == 'u' && it.asked.action == action::start && now.at_rest())
        set_action(it, action::none);
    advance_action(it);
    wake(which, true);
    if (!died) return;
    for (const link& edge : graph_->in(which))
        if ((edge.what & set_of(relation::binds_to)) != 0) wake(edge.other, true);
}

void reconciler::not_sent(node which) {
    service& it = state_[which];
    it.in_flight = 0;
    it.deaf = true;
    wake(which, true);
}

wish& reconciler::change(node which) {
    goals_stale_ = wishes_changed_ = true;
    return state_[which].asked;
}

// ---- conclusions

std::span<const letter_to> reconciler::settle() {
    letters_.clear();
    for (;;) {
        if (goals_stale_) compute_goals();
        if (!woken_.empty()) {
            evaluate(woken_.pop());
        } else if (!to_act_.empty()) {
            node next = to_act_.pop();
            state_[next].due = false;
            act(next);
            publish(next);
        } else {
            break;
        }
    }
    return letters_;
}

void reconciler::restart(node which) {
    work_.clear();
    auto take = [&](node one) {
        service& it = state_[one];
        if (it.asked.action == action::start || it.asked.action == action::restart) return;
        if (!it.shown.active && one != which) return;
        set_action(it, it.shown.active ? action::restart : action::start);
        wishes_changed_ = true;
        wake(one, true);
        work_.push_back(one);
    };
    take(which);
    constexpr relations followers =
        set_of(relation::requires_other, relation::binds_to, relation::requisite, relation::part_of);
    for (std::size_t next = 0; next < work_.size(); ++next) {
        if (state_[work_[next]].asked.alone) continue;
        for (const link& edge : graph_->in(work_[next]))
            if ((edge.what & followers) != 0 && state_[edge.other].asked.run &&
                !state_[edge.other].asked.alone)
                take(edge.other);
    }
}

void reconciler::retry(node which) {
    service& it = state_[which];
    if (it.shown.active || it.asked.action != action::none) return;
    set_action(it, action::start);
    wishes_changed_ = true;
    wake(which, true);
}

// ---- the work

void reconciler::wake(node which, bool anew) {
    service& it = state_[which];
    if (it.wake == service::asleep) woken_.push(which);
    if (anew) it.wake = service::anew;
    if (it.wake == service::asleep) it.wake = service::resume;
}

void reconciler::wake_neighbours(node which, standing before, standing after) {
    // Whatever may take something away from a neighbour makes it look at everything again; what only gets better
    // concerns those alone that wait for this very service.
    bool worse = before.run != after.run || (after.falls && !before.falls) ||
                 (after.must_come && !before.must_come) || (after.gave_up && !before.gave_up) ||
                 (after.failed && !before.failed) || (after.active && !before.active) ||
                 (before.ready && !after.ready) || before.barred != after.barred;
    for (auto links : {graph_->out(which), graph_->in(which)})
        for (const link& edge : links)
            if (worse || waits_on(edge.other, which)) wake(edge.other, worse);
}

void reconciler::evaluate(node which) {
    service& it = state_[which];
    bool anew = it.wake == service::anew;
    it.wake = service::asleep;
    if (anew) it.cursor = 0;
    if (anew || !it.asked.run) {
        bool run = can_run(which);
        if (run != it.asked.run) set_run(which, run);
    }
    notice_hand(which);
    if (bond_broken(which)) restart(which);
    publish(which);
    if (!std::exchange(it.due, true)) to_act_.push(which);
}

void reconciler::set_action(service& it, action what) {
    it.asked.action = what;
    it.asked.beyond = it.seen.starts;
    it.tried = false;
    it.cursor = 0;
    if (what != action::none) it.asked.acted = 0;
}

// An action is over when what it was to bring about is there; it never outlives that.
void reconciler::advance_action(service& it) {
    wish& asked = it.asked;
    const observation& now = it.seen;
    if (asked.action == action::stop && now.at_rest() && it.in_flight == 0)
        return set_action(it, action::none);
    if ((asked.action != action::start && asked.action != action::restart) || !now.known) return;
    if (now.starts < asked.beyond) { // another supervisor counts, and began with zero
        if (!now.at_rest()) return set_action(it, action::none);
        asked.beyond = now.starts;
    }
    if (now.starts > asked.beyond) return set_action(it, action::none);
    if (!now.at_rest()) return;
    if (asked.action == action::restart) set_action(it, action::start);
    // It took the letter and is at rest all the same: that was the attempt.
    else if (it.tried && it.in_flight == 0)
        set_action(it, action::none);
}

void reconciler::set_run(node which, bool run) {
    service& it = state_[which];
    it.asked.run = run;
    wishes_changed_ = true;
    bool active = !it.seen.at_rest() || it.in_flight != 0;
    if (!run) return set_action(it, active ? action::stop : action::none);
    if (it.asked.action == action::start || it.asked.action == action::restart) return;
    bool stays = active && it.seen.want != want::down && it.seen.phase != phase::stopping;
    set_action(it, stays ? action::none : action::start);
}

// What somebody did without the engine: a start that nothing asked for is an intent from now on; one of a service
// that is held is undone. (A stop needs nothing: the service has given up until somebody starts it.)
void reconciler::notice_hand(node which) {
    service& it = state_[which];
    if (graph_->is_target(which)) return;
    if (it.asked.run) {
        if (it.seen.known && it.seen.waits_for_engine && it.seen.at_rest() &&
            it.asked.action == action::none && it.in_flight == 0) {
            set_action(it, action::start);
            wishes_changed_ = true;
        }
        return;
    }
    bool started = !it.seen.at_rest() && it.in_flight == 0 && it.asked.action != action::stop &&
                   it.seen.want != want::down && it.seen.phase != phase::stopping;
    if (!started || !graph_->exists(which)) return;
    if (!it.goal) {
        it.asked.intent = intent::up;
        goals_stale_ = wishes_changed_ = true;
    } else if (!(*graph_)[which].early) {
        set_action(it, action::stop);
        wishes_changed_ = true;
    }
}

void reconciler::act(node which) {
    service& it = state_[which];
    it.wait = {};
    if (it.in_flight != 0 || it.deaf) {
        it.wait.why = waiting::supervisor;
        return;
    }
    bool run = it.asked.run, rests = it.seen.at_rest();
    if (run && it.asked.action == action::start && rests) {
        if (!it.seen.known)
            it.wait.why = waiting::supervisor;
        else if (may_start(which))
            send(which, 'u');
        return;
    }
    bool down = it.asked.action == action::stop || (run && it.asked.action == action::restart);
    if (down && !rests && it.seen.want != want::down && may_stop(which)) send(which, 'd');
}

void reconciler::send(node which, char letter) {
    service& it = state_[which];
    if (graph_->is_target(which)) { // nobody to write to: it is done as soon as it may be
        ++it.seen.commands;
        it.seen.starts += letter == 'u';
        it.seen.phase = letter == 'u' ? phase::done : phase::down;
        it.seen.want = letter == 'u' ? want::up : want::down;
        advance_action(it);
        wake(which, true);
        return;
    }
    letters_.push_back({which, letter});
    it.in_flight = letter;
    it.sent_after = it.seen.commands;
    it.sent_to = it.seen.supervise_start;
    it.wait = {waiting::supervisor, no_node};
}

standing reconciler::look(node which) const {
    const service& it = state_[which];
    const observation& seen = it.seen;
    standing now;
    now.run = it.asked.run;
    now.active = !seen.at_rest() || it.in_flight == 'u';
    now.ready = seen.ready();
    bool idle = seen.known && !now.active && it.asked.action == action::none && it.in_flight == 0;
    now.gave_up = now.run && idle;
    now.failed = idle && seen.phase == phase::failed;
    now.falls = now.active && (!now.run || it.asked.action == action::restart);
    now.must_come = now.run && !now.gave_up && (!now.ready || it.asked.action != action::none);
    now.retries = seen.known && seen.phase == phase::backoff;
    now.barred = it.goal && !now.run && it.held.why != waiting::conflict;
    return now;
}

void reconciler::publish(node which) {
    service& it = state_[which];
    standing before = it.shown, after = look(which);
    if (before == after) return;
    it.shown = after;
    if ((*graph_)[which].persistent && before.active != after.active) goals_stale_ = true;
    report_end(which, before);
    wake_neighbours(which, before, after);
}

// Tells, once for each end, that a service failed or a oneshot succeeded, if that is anybody's business.
void reconciler::report_end(node which, standing before) {
    service& it = state_[which];
    const node_facts& facts = (*graph_)[which];
    bool target_failed =
        graph_->is_target(which) && it.shown.barred && !before.barred && held_by_failure(which);
    bool failed = (it.shown.failed && it.shown.gave_up) || target_failed;
    bool succeeded = it.shown.ready && facts.kind == supervise::service_kind::oneshot;
    if ((!failed && !succeeded) || it.asked.acted == it.seen.starts + 1) return;
    relations what = set_of(failed ? relation::on_failure : relation::on_success);
    bool matters = failed && facts.essential;
    for (const link& edge : graph_->out(which)) matters = matters || (edge.what & what) != 0;
    if (!matters) return;
    it.asked.acted = it.seen.starts + 1;
    wishes_changed_ = true;
    auto& list = failed ? failures_ : successes_;
    if (list.size() < list.capacity()) list.push_back(which);
}

// Whether what holds it, at the root, is a service that failed.
bool reconciler::held_by_failure(node which) const {
    for (std::size_t steps = 0; steps < graph_->size(); ++steps) {
        const service& it = state_[which];
        if (it.shown.failed) return true;
        if (it.held.why != waiting::need && it.held.why != waiting::stopped) return false;
        which = it.held.other;
    }
    return false;
}

} // namespace reeve::depengine
