// What each service has to do once it is known who is to run, and the letters for it.
//
// An action is written to disk before its letter is sent and is over when what it was to bring about is there; it
// never outlives that.
#include "depengine/reconciler.hpp"

#include <algorithm>

namespace reeve::depengine {

using supervise::phase;
using supervise::want;

void reconciler::restart(node which) {
    work_.clear();
    auto take = [&](node one) {
        standing now = look(one, shown_[one].run); // observed since the last settle(), perhaps
        if (brings_up(state_[one].asked.action) || (!now.active && one != which)) return;
        set_action(one, now.active ? action::restart : action::start);
        wake(one, true);
        work_.push_back(one);
    };
    take(which);
    constexpr relations followers = lasting | set_of(relation::part_of);
    for (std::size_t next = 0; next < work_.size(); ++next) {
        if (state_[work_[next]].asked.alone) continue;
        for (const link& edge : graph_->in(work_[next]))
            if ((edge.what & followers) != 0 && shown_[edge.other].run && !state_[edge.other].asked.alone)
                take(edge.other);
    }
}

void reconciler::retry(node which) {
    if (look(which, shown_[which].run).active || state_[which].asked.action != action::none) return;
    set_action(which, action::start);
    wake(which, true);
}

void reconciler::decide(node which) {
    turn& its = turn_[which];
    its.undecided = false;
    bool run = shown_[which].run;
    wish before = state_[which].asked;
    if (run != state_[which].asked.run) set_run(which, run);
    // A restart of what has to go down all the same: it comes back when it can.
    if (!run && state_[which].asked.action == action::restart) set_run(which, false);
    notice_hand(which);
    if (must_follow(which)) restart(which);
    if (state_[which].asked != before) publish(which, run);
    act_again(which);
}

void reconciler::set_action(node which, action what) {
    service& it = state_[which];
    it.asked.action = what;
    it.asked.beyond = it.seen.starts;
    it.tried = false;
    if (what != action::none) it.asked.acted = 0;
    turn_[which].cursor = 0;
    wishes_changed_ = true;
}

void reconciler::advance_action(service& it) {
    wish& asked = it.asked;
    const observation& now = it.seen;
    if (asked.action == action::none || !now.known) return;
    bool over = false;
    if (asked.action == action::stop) {
        over = now.at_rest() && it.in_flight == 0;
    } else if (now.starts > asked.beyond) {
        // It may have died and come back by itself before it took the d, which takes it down all the same.
        bool sinks = asked.action == action::restart && (it.in_flight == 'd' || now.want == want::down);
        if (sinks) {
            asked.beyond = now.starts;
            if (now.at_rest() && it.in_flight == 0) asked.action = action::again;
            return;
        }
        over = true;
    } else {
        bool recounted = now.starts < asked.beyond; // another supervisor counts, and began with zero
        asked.beyond = now.starts;
        if (!now.at_rest())
            // It is up although nobody started it since: an engine wrote this down and was killed before it acted.
            over = recounted || (asked.action != action::restart && now.ready() && now.want != want::down &&
                                 it.in_flight == 0);
        else if (asked.action == action::restart)
            asked.action = action::again;
        else
            // It took the letter and is at rest all the same: that was the attempt.
            over = it.tried && it.in_flight == 0;
    }
    if (!over) return;
    asked.action = action::none;
    it.tried = false;
    actions_ended_ = true;
}

void reconciler::set_run(node which, bool run) {
    service& it = state_[which];
    it.asked.run = run;
    wishes_changed_ = true;
    bool active = !it.seen.at_rest() || it.in_flight != 0;
    if (!run) return set_action(which, active ? action::stop : action::none);
    if (brings_up(it.asked.action)) return;
    // A stop that is on its way cannot be taken back: it starts after that.
    if (it.in_flight == 'd') return set_action(which, action::restart);
    bool stays = active && it.seen.want != want::down && it.seen.phase != phase::stopping;
    set_action(which, stays ? action::none : action::start);
}

// What somebody did without the engine: a start that nothing asked for is an intent from now on; one of a service
// that is held is undone. (A stop needs nothing: the service has given up until somebody starts it.)
void reconciler::notice_hand(node which) {
    service& it = state_[which];
    if (graph_->is_target(which)) return;
    if (it.asked.run) {
        if (it.seen.known && it.seen.waits_for_engine && it.seen.at_rest() &&
            it.asked.action == action::none && it.in_flight == 0)
            set_action(which, action::start);
        return;
    }
    bool started = !it.seen.at_rest() && it.in_flight == 0 && it.asked.action != action::stop &&
                   it.seen.want != want::down && it.seen.phase != phase::stopping;
    if (!started || !graph_->exists(which)) return;
    if (!shown_[which].goal) {
        it.asked.intent = intent::up;
        goals_stale_ = wishes_changed_ = true;
    } else if (!(*graph_)[which].early) {
        set_action(which, action::stop);
    }
}

void reconciler::act(node which) {
    service& it = state_[which];
    turn& its = turn_[which];
    its.due = false;
    if (!its.touched) touched_.push_back(which);
    its.touched = true;
    in_turn_ -= its.wait.other != no_node;
    wait_for(its.wait, {});
    if (it.in_flight != 0 || it.deaf) {
        its.wait.why = waiting::supervisor;
        return;
    }
    bool run = it.asked.run, rests = it.seen.at_rest();
    bool up = run && (it.asked.action == action::start || it.asked.action == action::again);
    bool down = it.asked.action == action::stop || (run && it.asked.action == action::restart);
    if (up && rests) {
        if (!it.seen.known)
            its.wait.why = waiting::supervisor;
        else if (may_start(which))
            send(which, 'u');
    } else if (down && !rests && it.seen.want != want::down && may_stop(which)) {
        send(which, 'd');
    }
}

void reconciler::send(node which, char letter) {
    service& it = state_[which];
    if (!graph_->is_target(which)) {
        letters_.push_back({which, letter});
        it.in_flight = letter;
        sent_beside(which);
        it.alone_in_flight = true;
        turn_[which].wait.why = waiting::supervisor;
        return publish(which, shown_[which].run);
    }
    // Nobody to write to: it is done as soon as it may be. It is as old as the youngest that it is bound to.
    ++it.seen.commands;
    it.seen.starts += letter == 'u';
    it.seen.phase = letter == 'u' ? phase::done : phase::down;
    it.seen.want = letter == 'u' ? want::up : want::down;
    if (letter == 'u')
        for (const link& edge : graph_->out(which))
            if ((edge.what & set_of(relation::binds_to)) != 0)
                it.seen.main_start = std::max(it.seen.main_start, state_[edge.other].seen.main_start);
    advance_action(it);
    wishes_changed_ = true;
    publish(which, shown_[which].run);
    wake(which, true);
}

} // namespace reeve::depengine
