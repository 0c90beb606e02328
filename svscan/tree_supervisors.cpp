// Supervises start, end and are started again.
#include "svscan/tree.hpp"

#include <utility>

namespace reeve::svscan {

void tree::on(const adopted& what) {
    if (by_identity_.contains(what.id) || by_name_.contains(what.name)) return;
    service_number number = add(what.name, what.id, what.has_logger, what.catch_all);
    auto take = [&](side which, pid_t pid) {
        supervisor& taken = at({number, which});
        if (pid == 0 && what.leaving) {
            taken.state = standing::waiting; // leave() below knows what to do with it
        } else if (pid == 0) {
            taken.killed = true; // it may have left a running service
            start_at({number, which}, now_);
        } else {
            taken.state = standing::running;
            taken.pid = pid;
            taken.when = now_;
        }
    };
    take(side::main, what.main);
    if (what.has_logger) take(side::logger, what.logger);
    if (what.leaving) leave(number);
}

void tree::on(const started& what) {
    supervisor& which = at(what.who);
    which.state = standing::running;
    which.pid = what.pid;
    which.when = now_;
    which.reported = false;
    const service& of = services_[what.who.service];
    bool unwanted = what.who.which == side::main ? of.leaving : of.main.state == standing::absent;
    if (unwanted) send_away(what.who);
}

void tree::on(const start_failed& what) {
    supervisor& which = at(what.who);
    std::uint32_t delay = grow_delay(which);
    if (services_[what.who.service].leaving && delay > most_stop_delay_ms) {
        say(severity::error, label(what.who) + ": " + what.reason + "; left as it is");
        gone_for_good(what.who);
        return;
    }
    if (!which.reported)
        say(severity::error, label(what.who) + ": " + what.reason + "; tried again, after 1 s at first");
    which.reported = true;
    start_at(what.who, now_ + delay);
}

void tree::on(const ended& what) {
    supervisor& which = at(what.who);
    which.pid = 0;
    bool orderly = what.kind == ending::orderly;
    if (what.kind != ending::not_started) which.killed = !orderly;
    // A supervise that is told to end while its logger waits to be started again ends at once: it gets one more.
    bool over = ends_for_good(what.who, orderly, what.reachable);
    if (over && orderly && what.undrained && what.reachable && !std::exchange(which.drained, true)) {
        start_at(what.who, now_);
        return;
    }
    if (over) {
        if (which.killed)
            say(severity::error, label(what.who) + ": supervise " + what.how +
                                     " and its directory is gone: what it left is killed");
        gone_for_good(what.who);
        return;
    }
    bool short_life = now_ - which.when < short_life_ms;
    std::uint32_t delay = short_life ? grow_delay(which) : 0;
    if (!short_life) which.delay_ms = 0;
    if (services_[what.who.service].leaving && delay > most_stop_delay_ms) {
        say(severity::error, label(what.who) + ": supervise " + what.how + " again and again; left as it is");
        gone_for_good(what.who);
        return;
    }
    std::string text = label(what.who) + ": supervise " + what.how + "; started again";
    if (delay != 0) text += " in " + std::to_string(delay / 1000) + " s";
    say(orderly ? severity::info : severity::warning, std::move(text));
    start_at(what.who, now_ + delay);
}

// Whether this end is the one that was wanted. A logger is wanted as long as its main supervise is there.
bool tree::ends_for_good(supervisor_id who, bool orderly, bool reachable) const {
    const service& of = services_[who.service];
    if (who.which == side::logger) return of.main.state == standing::absent && (orderly || !reachable);
    if (of.leaving) return orderly || !reachable;
    return stage_ != stage::running && orderly && !of.catch_all;
}

std::uint32_t tree::grow_delay(supervisor& which) {
    which.delay_ms = which.delay_ms == 0 ? first_delay_ms : std::min(which.delay_ms * 2, longest_delay_ms);
    return which.delay_ms;
}

void tree::start_at(supervisor_id who, moment when) {
    supervisor& which = at(who);
    which.state = standing::waiting;
    which.when = when;
    if (when > now_) {
        restarts_.add(when, who);
    } else {
        which.when = no_moment; // an older entry of the queue does not hold any more
        out_->push_back(action::start{who});
    }
}

void tree::restart_due_ones() {
    while (restarts_.first() != nullptr && restarts_.first()->when <= now_) {
        auto due = restarts_.pop();
        const supervisor& which = at(due.who);
        if (which.state == standing::waiting && which.when == due.when) start_at(due.who, now_);
    }
}

// Tells a running supervise to end: a main stops its service, a logger ends when its service sees EOF.
void tree::send_away(supervisor_id who) {
    bool on_eof = who.which == side::logger || services_[who.service].catch_all;
    out_->push_back(action::tell{who, on_eof ? "x" : "dx"});
}

void tree::gone_for_good(supervisor_id who) {
    supervisor& which = at(who);
    which.state = standing::absent;
    which.pid = 0;
    out_->push_back(action::forget{who});
    service& of = services_[who.service];
    if (who.which == side::logger || of.catch_all) {
        release(who.service);
        return;
    }
    --running_mains_;
    of.leaving = true;
    if (!of.has_logger) {
        release(who.service);
        return;
    }
    out_->push_back(action::close_writer{who.service});
    supervisor_id logger{who.service, side::logger};
    if (of.logger.state == standing::running)
        send_away(logger);
    else
        start_at(logger, now_); // the pipe may still hold lines
    advance_stop();
}

} // namespace reeve::svscan
