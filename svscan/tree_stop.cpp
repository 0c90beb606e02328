// Commands, and the end of the tree: .svscan/stop, dx to every main, EOF and x to its logger, the catch-all logger
// last, then what killed supervises left; each step begins when the one before is over.
#include "svscan/tree.hpp"

#include <csignal>

namespace reeve::svscan {

void tree::on(const ordered& what) {
    switch (what.what) {
    case order::rescan:
    case order::prune:
        if (stage_ == stage::running) out_->push_back(action::rescan{what.what == order::prune});
        break;
    case order::quit: wait_for_loggers_ = false; [[fallthrough]];
    case order::stop:
        if (stage_ == stage::running) {
            stage_ = stage::script;
            out_->push_back(action::run_stop_script{});
        } else if (stage_ == stage::script) { // asked again: no more patience
            say(severity::warning, "told to stop again: not waiting for .svscan/stop");
            out_->push_back(action::kill_stop_script{});
            stop_services();
        } else {
            advance_stop();
        }
        break;
    case order::leave:
        stage_ = stage::over;
        out_->push_back(action::leave{false});
        break;
    case order::upgrade:
        if (stage_ == stage::running)
            out_->push_back(action::upgrade{});
        else
            say(severity::warning, "no upgrade while the tree is being stopped");
        break;
    }
}

void tree::on(const stop_script_started& what) {
    if (stage_ == stage::script && what.limit_ms != 0) stop_deadline_ = now_ + what.limit_ms;
}

void tree::on(const stop_script_ended&) {
    if (stage_ == stage::script) stop_services();
}

void tree::on(const no_children&) {
    if (stage_ != stage::orphans) return;
    stage_ = stage::over;
    out_->push_back(action::leave{true});
}

void tree::stop_takes_too_long() {
    stop_deadline_ = no_moment;
    if (stage_ == stage::script) {
        say(severity::warning, ".svscan/stop takes longer than .svscan/timeout-stop allows: killed");
        out_->push_back(action::kill_stop_script{});
        stop_services();
    } else if (stage_ == stage::orphans && !orphans_killed_) {
        orphans_killed_ = true;
        stop_deadline_ = now_ + orphan_kill_ms;
        out_->push_back(action::end_orphans{SIGKILL});
    } else if (stage_ == stage::orphans) {
        say(severity::error, "processes that killed supervises left do not end; left as they are");
        stage_ = stage::over;
        out_->push_back(action::leave{true});
    }
}

void tree::stop_services() {
    stage_ = stage::stopping;
    stop_deadline_ = no_moment;
    while (!candidates_.empty()) forget_candidate(std::string(candidates_.begin()->first));
    quiet_bound_ = no_moment;
    for (service_number number = 0; number < services_.size(); ++number)
        if (services_[number].used && !services_[number].leaving && !services_[number].catch_all)
            leave(number);
    advance_stop();
}

void tree::advance_stop() {
    if (stage_ != stage::stopping) return;
    bool services_gone = wait_for_loggers_ ? count_ == 0 : running_mains_ == 0;
    if (!services_gone) return;
    if (catch_all_ && !services_[*catch_all_].leaving) {
        supervisor_id who{*catch_all_, side::main};
        services_[*catch_all_].leaving = true;
        out_->push_back(action::close_writer{*catch_all_});
        if (at(who).state == standing::running)
            send_away(who);
        else
            start_at(who, now_);
    }
    if (!wait_for_loggers_) {
        stage_ = stage::over;
        out_->push_back(action::leave{true});
    } else if (!catch_all_) {
        stage_ = stage::orphans;
        stop_deadline_ = now_ + orphan_limit_ms;
        out_->push_back(action::end_orphans{SIGTERM});
    }
}

} // namespace reeve::svscan
