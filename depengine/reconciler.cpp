#include "depengine/reconciler.hpp"

#include <algorithm>

namespace reeve::depengine {

using supervise::phase;
using supervise::want;

namespace {
constexpr relations conflict = set_of(relation::conflicts), bond = set_of(relation::binds_to);
constexpr relations following = lasting | set_of(relation::part_of);
constexpr relations counting = needing | following;
constexpr relations ends = set_of(relation::on_failure, relation::on_success);
// How often a service may come to be to run in one settle(): more often only if conflicts and needs go round in a
// circle that has no answer. Then it stays held.
constexpr std::uint8_t most_flips = 8;
} // namespace

reconciler::reconciler(const depengine::graph& services, std::vector<wish> wishes)
    : graph_(&services)
    , shown_(services.size())
    , turn_(services.size())
    , state_(services.size())
    , waiters_(services.size())
    , woken_(services.size())
    , to_decide_(services.size())
    , to_act_(services.size()) {
    letters_.reserve(services.size());
    failures_.reserve(services.size());
    successes_.reserve(services.size());
    work_.reserve(services.size());
    touched_.reserve(services.size());
    for (node one = 0; one < services.size(); ++one) {
        service& it = state_[one];
        it.asked = wishes[one];
        if (services.is_target(one)) { // lives here only: there is no record that tells what it was
            it.seen.known = true;
            it.seen.starts = std::max(it.asked.beyond, it.asked.acted - (it.asked.acted != 0));
            bool was_up = it.asked.action == action::none   ? it.asked.run
                          : it.asked.action == action::stop ? true
                                                            : it.asked.action == action::restart;
            if (was_up) {
                it.seen.phase = phase::done;
                it.seen.want = want::up;
            }
        }
        show(one, look(one, it.asked.run));
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
        it.promised = was.promised;
        it.sent_to = was.sent_to;
        show(one, look(one, it.asked.run));
    }
    goals_stale_ = true;
}

// ---- input

// Whether the last command that the supervisor counts was somebody else's, written before the letter that is on its
// way: had it been that letter, it would show. (What is wanted goes down by itself only after a start.)
bool reconciler::is_of_others(const service& it, const observation& now) {
    if (!it.alone_in_flight || now.commands != it.promised) return false;
    if (it.in_flight == 'd') return now.want != want::down;
    return now.want != want::up && now.starts == it.asked.beyond;
}

void reconciler::observe(node which, const observation& now) {
    service& it = state_[which];
    if (graph_->is_target(which)) return;
    if (it.seen == now) { // but there may be room for the letter now
        if (std::exchange(it.deaf, false)) wake(which, true);
        return;
    }
    // (Another supervisor may count anew, and the process that it found goes on.)
    bool counts_on = now.supervise_start == it.seen.supervise_start || now.starts > it.seen.starts;
    bool died = (counts_on && now.starts != it.seen.starts) || now.main_start != it.seen.main_start;
    bool same_life = now.known && now.supervise_start == it.sent_to;
    bool taken = it.in_flight != 0 && same_life && now.commands >= it.promised && !is_of_others(it, now);
    it.tried = it.tried || (taken && it.in_flight == 'u');
    if (taken || !same_life) it.in_flight = 0;
    bool unseen = it.seen.ready() && now.ready(); // it was away for a moment, and nobody looked
    it.seen = now;
    it.deaf = false;
    advance_action(it);
    wake(which, true);
    if (!died || it.asked.alone) return;
    for (const link& edge : graph_->in(which)) {
        if ((edge.what & bond) == 0) continue;
        decide_again(edge.other);
        // Who has no process cannot be told by its start time to be older.
        const service& bound = state_[edge.other];
        bool lives = shown_[edge.other].active && shown_[edge.other].run && !bound.asked.alone;
        if (unseen && lives && bound.seen.main_start == 0 && bound.asked.action == action::none)
            restart(edge.other);
    }
}

void reconciler::not_sent(node which) {
    service& it = state_[which];
    it.in_flight = 0;
    --it.promised;
    it.deaf = true;
    wake(which, true);
}

void reconciler::sent_beside(node which) {
    service& it = state_[which];
    bool same_life = it.sent_to == it.seen.supervise_start;
    it.promised = std::max(it.seen.commands, same_life ? it.promised : 0) + 1;
    it.sent_to = it.seen.supervise_start;
    it.alone_in_flight = false;
}

void reconciler::unread(node which, std::uint64_t letters) {
    service& it = state_[which];
    if (letters == 0) return;
    // What it was about to do is on disk; so the last letter can only be this.
    it.in_flight = it.asked.action == action::stop || it.asked.action == action::restart ? 'd' : 'u';
    it.promised = it.seen.commands + letters;
    it.sent_to = it.seen.supervise_start;
    it.alone_in_flight = false;
    wake(which, true);
}

wish& reconciler::change(node which) {
    goals_stale_ = wishes_changed_ = true;
    return state_[which].asked;
}

// ---- the work

std::span<const letter_to> reconciler::settle() {
    letters_.clear();
    ++round_;
    ++epoch_;
    for (;;) {
        if (goals_stale_) compute_goals();
        if (!woken_.empty())
            evaluate(woken_.pop());
        else if (!to_decide_.empty())
            decide(to_decide_.pop());
        else if (!to_act_.empty())
            act(to_act_.pop());
        else
            return letters_;
    }
}

void reconciler::wake(node which, bool anew) {
    turn& its = turn_[which];
    if (its.wake == turn::asleep) woken_.push(which);
    if (anew) its.wake = turn::anew;
    if (its.wake == turn::asleep) its.wake = turn::resume;
}

void reconciler::decide_again(node which) {
    turn& its = turn_[which];
    if (its.undecided) return;
    its.undecided = true;
    to_decide_.push(which);
}

void reconciler::act_again(node which) {
    turn& its = turn_[which];
    if (its.due) return;
    its.due = true;
    to_act_.push(which);
}

// Something came in the way of its start or stop, or may have.
void reconciler::order_again(node which) {
    turn_[which].cursor = 0;
    if (turn_[which].wait.other != no_node) act_again(which);
}

// Whatever may take something away from a neighbour makes it look again at what that concerns: whether it is to run,
// whether it has to follow, or whether it is its turn. What only gets better concerns those alone that wait for this
// very service.
void reconciler::wake_neighbours(node which, standing before, standing after) {
    // (Who waits for its supervisor to try again is not waited for by all; the next try is.)
    bool came = after.must_come && (!before.must_come || (before.retries && !after.retries));
    bool fell = after.falls && !before.falls;
    bool lost =
        (before.run && !after.run) || (after.gave_up && !before.gave_up) || (after.failed && !before.failed);
    bool rival = (after.run && !before.run) || (after.active && !before.active);
    bool shaken =
        before.ready != after.ready || before.gave_up != after.gave_up || before.known != after.known;
    relations rivals = rival ? conflict : relations{0};
    relations worse = static_cast<relations>(rivals | (lost ? counting : relations{0}));
    relations followed = static_cast<relations>((after.falls && (fell || came) ? following : relations{0}) |
                                                (shaken ? bond : relations{0}));
    relations around = graph_->around(which);
    // What it starts after waits at most for it to go down, or not to run; what starts after it waits for more.
    bool rivalry = (around & conflict) != 0;
    bool ceased = !after.run || (before.active && !after.active) || (before.falls && !after.falls);
    bool better = ceased || !before.run || (before.must_come && !after.must_come) ||
                  (before.gave_up && !after.gave_up) || (before.failed && !after.failed) ||
                  before.retries != after.retries;
    bool waited_for = waiters_[which] != 0;
    bool out_of_order = (around & ordering) != 0 && in_turn_ != 0;
    if ((waited_for && (ceased || rivalry)) || (fell && out_of_order) || (around & rivals) != 0)
        for (const link& edge : graph_->out(which)) {
            if ((edge.what & rivals) != 0 || turn_[edge.other].held.other == which)
                wake(edge.other, (edge.what & rivals) != 0);
            if (fell && edge.ordered) order_again(edge.other);
            if (turn_[edge.other].wait.other == which) act_again(edge.other);
        }
    if ((waited_for && (better || rivalry)) || ((fell || came) && out_of_order) ||
        (around & (worse | followed)) != 0)
        for (const link& edge : graph_->in(which)) {
            if ((edge.what & worse) != 0 || turn_[edge.other].held.other == which)
                wake(edge.other, (edge.what & worse) != 0);
            const standing& other = shown_[edge.other];
            if ((edge.what & followed) != 0 && other.active && other.run) decide_again(edge.other);
            if ((fell || came) && edge.ordered) order_again(edge.other);
            if (turn_[edge.other].wait.other == which) act_again(edge.other);
        }
}

void reconciler::forget_touched() {
    for (node one : touched_) turn_[one].touched = false;
    touched_.clear();
}

void reconciler::evaluate(node which) {
    turn& its = turn_[which];
    bool anew = its.wake == turn::anew, run = shown_[which].run;
    its.wake = turn::asleep;
    if (anew) its.cursor = 0;
    if (anew || !run) {
        wait_reason before = its.held;
        bool can = can_run(which);
        if (can && !run) {
            if (its.epoch != epoch_) its.flips = 0;
            its.epoch = epoch_;
            if (its.stuck != round_ && its.flips++ == most_flips) {
                its.stuck = round_;
                ++epoch_; // with this one out of the way the others may find an answer
            }
            if (its.stuck == round_) {
                can = false;
                wait_for(its.held, before);
            }
        }
        run = can;
    }
    if (anew || run != shown_[which].run) publish(which, run);
    if (anew || run != state_[which].asked.run)
        decide_again(which);
    else
        act_again(which);
}

standing reconciler::look(node which, bool run) const {
    const service& it = state_[which];
    const observation& seen = it.seen;
    standing now;
    bool rests = seen.at_rest();
    now.run = run;
    now.active = !rests || it.in_flight == 'u';
    now.ready = seen.ready();
    now.known = seen.known;
    bool idle = seen.known && !now.active && it.asked.action == action::none && it.in_flight == 0;
    now.gave_up = run && it.asked.run && idle;
    now.failed = idle && seen.phase == phase::failed;
    now.falls = now.active && (it.asked.action == action::stop || it.asked.action == action::restart ||
                               (seen.want == want::down && !rests));
    now.must_come = run && !now.gave_up && (!now.ready || it.asked.action != action::none);
    now.retries = seen.known && seen.phase == phase::backoff;
    now.goal = shown_[which].goal;
    now.chosen = it.asked.run;
    now.persists = (*graph_)[which].persistent && it.asked.run &&
                   ((now.active && seen.want == want::up) || it.asked.action == action::restart ||
                    it.asked.action == action::again);
    now.alone = it.asked.alone;
    now.asked_up = it.asked.intent == intent::up;
    now.asked_down = it.asked.intent == intent::down;
    return now;
}

void reconciler::show(node which, standing now) {
    falling_ += now.falls;
    falling_ -= shown_[which].falls;
    shown_[which] = now;
}

void reconciler::publish(node which, bool run) {
    standing before = shown_[which], after = look(which, run);
    if (before == after) return;
    show(which, after);
    if (before.persists != after.persists && after.persists != after.goal && !after.asked_up)
        goals_stale_ = true;
    bool told = (graph_->around(which) & ends) != 0 || (*graph_)[which].essential;
    if (told) report_end(which, before);
    wake_neighbours(which, before, after);
}

// Tells, once for each end, that a service failed or a oneshot succeeded, if that is anybody's business.
void reconciler::report_end(node which, standing before) {
    service& it = state_[which];
    const standing& now = shown_[which];
    const node_facts& facts = (*graph_)[which];
    bool barred = now.goal && !now.run, was_barred = before.goal && !before.run;
    bool target_failed = graph_->is_target(which) && barred && !was_barred && held_by_failure(which);
    bool failed = (now.failed && now.gave_up) || target_failed;
    bool succeeded = now.ready && facts.kind == supervise::service_kind::oneshot;
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
        if (shown_[which].failed) return true;
        wait_reason held = turn_[which].held;
        if (held.why != waiting::need && held.why != waiting::stopped) return false;
        which = held.other;
    }
    return false;
}

} // namespace reeve::depengine
