// Names of the scan directory come and go: which of them become services, and when.
#include "chainload/error_text.hpp"
#include "supervise/layout.hpp"
#include "svscan/tree.hpp"

#include <utility>

namespace reeve::svscan {

void tree::on(const saw& what) {
    if (stage_ != stage::running) return;
    if (auto number = find(what.name)) {
        see_service(*number, what);
        return;
    }
    if (auto known = candidates_.find(what.name); known != candidates_.end()) known->second.seen_in = pass_;
    see_newcomer(what);
}

void tree::see_service(service_number number, const saw& what) {
    service& known = services_[number];
    bool is_directory = what.what.kind == sight_kind::incomplete || what.what.kind == sight_kind::complete;
    if (known.leaving) {
        if (is_directory && !known.catch_all) wait_as(what.name, candidate::reason::blocked);
        return;
    }
    known.seen_in = pass_;
    if (what.what.kind == sight_kind::unreadable) return;
    if (known.catch_all || (is_directory && what.what.id == known.id)) return;
    // A symlink to nothing may be a file system that is not mounted just now: only `n` drops its service.
    if (what.what.kind == sight_kind::dangling && !prune_) return;
    if (is_directory) wait_as(what.name, candidate::reason::blocked);
    leave(number);
}

void tree::see_newcomer(const saw& what) {
    std::string name(what.name);
    auto known = candidates_.find(name);
    if (name != catch_all_name && !supervise::valid_service_name(name)) {
        if (known != candidates_.end() || what.what.kind == sight_kind::not_a_directory) return;
        wait_as(name, candidate::reason::reported);
        say(severity::warning,
            name + ": no service: a name is 1 to 128 of A-Z a-z 0-9 . _ @ + - and begins with no . or -");
        return;
    }
    switch (what.what.kind) {
    case sight_kind::nothing:
    case sight_kind::not_a_directory: forget_candidate(name); break;
    case sight_kind::dangling:
        if (known != candidates_.end() && known->second.why == candidate::reason::reported) break;
        forget_candidate(name);
        wait_as(name, candidate::reason::reported);
        say(severity::warning,
            name + ": a symlink to nothing; looked at again at the next rescan (signal HUP)");
        break;
    case sight_kind::incomplete:
        if (name != catch_all_name)
            watch_as(name, wait_as(name, candidate::reason::incomplete, what.what.id),
                     candidate::watch::shallow);
        break;
    case sight_kind::complete: see_complete(what); break;
    case sight_kind::unreadable: look_again(name, what.what.error); break;
    }
}

void tree::look_again(const std::string& name, int error) {
    auto known = candidates_.find(name);
    bool is_news = known == candidates_.end() || known->second.look_again_ms == 0;
    candidate& which = wait_as(name, candidate::reason::settling);
    which.look_again_ms = is_news ? first_delay_ms : std::min(which.look_again_ms * 2, longest_delay_ms);
    which.quiet_at = now_ + which.look_again_ms;
    quiet_bound_ = std::min(quiet_bound_, which.quiet_at);
    if (is_news)
        say(severity::warning,
            name + ": unable to look at it: " + std::string(chainload::error_text(error)) + "; tried again");
}

void tree::see_complete(const saw& what) {
    std::string name(what.name);
    if (!what.whole) {
        auto known = candidates_.find(name);
        if (known != candidates_.end() && known->second.why == candidate::reason::settling) return;
        settle(name, wait_as(name, candidate::reason::settling, what.what.id));
        return;
    }
    if (auto holder = by_identity_.find(what.what.id); holder != by_identity_.end()) {
        const service& other = services_[*holder];
        auto known = candidates_.find(name);
        bool is_news = known == candidates_.end() || known->second.why != candidate::reason::blocked;
        forget_candidate(name);
        wait_as(name, candidate::reason::blocked, what.what.id);
        if (is_news && !other.leaving)
            say(severity::warning,
                name + ": the same directory as " + other.name + "; not started while that is there");
        return;
    }
    forget_candidate(name);
    bool catch_all = name == catch_all_name;
    if (count_ >= most_services_ && !catch_all) {
        wait_as(name, candidate::reason::over_limit);
        if (!limit_reported_)
            say(severity::error, name + ": not started: there are " + std::to_string(count_) +
                                     " services already (option -c)");
        limit_reported_ = true;
        return;
    }
    service_number number = add(name, what.what.id, what.what.has_log && !catch_all, catch_all);
    start_at({number, side::main}, now_);
    if (services_[number].has_logger) start_at({number, side::logger}, now_);
}

void tree::on(const lost& what) {
    if (stage_ != stage::running) return;
    forget_candidate(what.name);
    auto number = find(what.name);
    if (number && !services_[*number].leaving && !services_[*number].catch_all) leave(*number);
}

void tree::on(const touched& what) {
    auto known = candidates_.find(what.name);
    if (known == candidates_.end() || stage_ != stage::running) return;
    auto why = known->second.why;
    if (why == candidate::reason::incomplete || why == candidate::reason::settling)
        settle(known->first, known->second);
}

void tree::on(const pass_began& what) {
    ++pass_;
    prune_ = what.prune;
}

void tree::on(const pass_ended&) {
    prune_ = false;
    if (stage_ != stage::running) return;
    for (auto next = candidates_.begin(); next != candidates_.end();) {
        auto here = next++;
        if (here->second.seen_in != pass_) forget_candidate(std::string(here->first));
    }
    for (service_number number = 0; number < services_.size(); ++number) {
        const service& known = services_[number];
        if (known.used && !known.leaving && !known.catch_all && known.seen_in != pass_) leave(number);
    }
}

// The candidate of that name, made or changed; what is watched stays watched.
tree::candidate& tree::wait_as(std::string_view name, candidate::reason why, identity id) {
    candidate& which = candidates_.try_emplace(std::string(name)).first->second;
    which.why = why;
    which.id = id;
    which.seen_in = pass_;
    return which;
}

void tree::watch_as(const std::string& name, candidate& which, decltype(candidate::watched) depth) {
    if (which.watched == depth) return;
    which.watched = depth;
    out_->push_back(action::watch{name, depth == candidate::watch::deep});
}

void tree::settle(const std::string& name, candidate& which) {
    which.why = candidate::reason::settling;
    which.quiet_at = now_ + quiet_ms;
    quiet_bound_ = std::min(quiet_bound_, which.quiet_at);
    watch_as(name, which, candidate::watch::deep);
}

// What has been quiet for long enough is looked at; the answer makes it a service or incomplete again.
void tree::settle_quiet_ones() {
    if (now_ < quiet_bound_) return;
    quiet_bound_ = no_moment;
    for (auto& [name, which] : candidates_) {
        if (which.why != candidate::reason::settling) continue;
        if (which.quiet_at <= now_) {
            which.why = candidate::reason::incomplete;
            out_->push_back(action::look{name});
        } else {
            quiet_bound_ = std::min(quiet_bound_, which.quiet_at);
        }
    }
}

void tree::forget_candidate(std::string_view name) {
    auto known = candidates_.find(name);
    if (known == candidates_.end()) return;
    if (known->second.watched != candidate::watch::none) out_->push_back(action::unwatch{known->first});
    candidates_.erase(known);
}

service_number tree::add(std::string_view name, identity id, bool has_logger, bool catch_all) {
    service_number number;
    if (free_.empty()) {
        number = static_cast<service_number>(services_.size());
        services_.emplace_back();
    } else {
        number = free_.back();
        free_.pop_back();
    }
    service& made = services_[number];
    made = service{};
    made.name = name;
    made.id = id;
    made.used = true;
    made.has_logger = has_logger;
    made.catch_all = catch_all;
    made.seen_in = pass_;
    by_name_.insert(number);
    by_identity_.insert(number);
    if (catch_all) {
        catch_all_ = number;
    } else {
        ++count_;
        ++running_mains_;
    }
    return number;
}

void tree::leave(service_number number) {
    service& going = services_[number];
    going.leaving = true;
    if (going.main.state == standing::running) {
        send_away({number, side::main});
    } else if (going.main.state == standing::waiting && going.main.killed) {
        start_at({number, side::main}, now_); // what it left is still to be stopped
    } else if (going.main.state == standing::waiting) {
        gone_for_good({number, side::main});
    }
}

void tree::release(service_number number) {
    by_name_.erase(number);
    by_identity_.erase(number);
    service done = std::exchange(services_[number], service{});
    free_.push_back(number);
    out_->push_back(action::release{number});
    if (done.catch_all)
        catch_all_.reset();
    else
        --count_;
    look_at_waiting(done.name, done.id);
    advance_stop();
}

// Who waited for this name, this directory or for room is looked at again.
void tree::look_at_waiting(const std::string& name, identity id) {
    bool room = true;
    limit_reported_ = false;
    for (auto& [other, which] : candidates_) {
        bool its_turn = which.why == candidate::reason::blocked && (other == name || which.id == id);
        if (which.why == candidate::reason::over_limit && room) {
            its_turn = true;
            room = false;
        }
        if (its_turn) out_->push_back(action::look{other});
    }
}

} // namespace reeve::svscan
