// What clients ask for: from a message to a request, its plan, its events and its result.
#include "depengine/engine.hpp"

#include "chainload/clock.hpp"
#include "chainload/typing_distance.hpp"
#include "depengine/log.hpp"
#include "depengine/planner.hpp"
#include "depengine/supervisors.hpp"
#include "depengine/tree_files.hpp"

#include <algorithm>
#include <new>
#include <sys/stat.h>

namespace reeve::depengine {

using chainload::monotonic_ms;

namespace {
constexpr unsigned nearest = 2; // letters that may be wrong in a name

std::string unknown_text(const graph& services, const std::string& name) {
    std::string text = name + ": there is no such service", best;
    unsigned least = nearest + 1;
    for (node one = 0; one < services.size(); ++one) {
        unsigned distance = chainload::typing_distance(name, services.name(one));
        if (distance >= least || !services.exists(one)) continue;
        least = distance;
        best = services.name(one);
    }
    return best.empty() ? text : text + " (did you mean " + best + "?)";
}

// What makes two requests the same.
std::string sameness_of(const message& what) {
    std::string text(name_of(what.how));
    for (const auto& one : what.orders) ((text += '\n') += name_of(one.what)) += ' ' + one.service;
    return text;
}

bool stops(verb what) {
    return what == verb::stop || what == verb::release || what == verb::restart || what == verb::try_restart;
}
} // namespace

bool engine::may_write(const peer& who) const {
    return who.user == 0 || who.user == own_.owner() || who.user == ::geteuid();
}

void engine::ask(client from, const peer& who, const message& what) {
    if (!row_of(what.what).reads && !may_write(who)) {
        std::string text = R"({"v":1,"type":"error","text":"permission denied: only root and the owner of )"
                           R"(.depengine may ask for this"})";
        socket_.send(from, text, false);
        return socket_.end(from);
    }
    try {
        serve(from, who, what);
    } catch (...) { // no memory; what was begun is carried on
        turn();
        throw;
    }
}

void engine::gone(client who) {
    book_.forget(who);
    for (auto& one : subscribers_)
        if (one.who == who) one.who = 0;
}

void engine::serve(client from, const peer& who, const message& what) {
    auto reply = [&](const std::string& line) {
        socket_.send(from, line, false);
        socket_.answered(from);
    };
    auto whom = look_up(now_->services, what.services);
    switch (what.what) {
    case asking::verbs:
    case asking::change:
    case asking::apply: return serve_orders(from, who, what);
    case asking::plan: return serve_plan(from, what);
    case asking::diff: return serve_diff(from, false);
    case asking::reload_definitions: return serve_diff(from, true);
    case asking::subscribe: return serve_subscription(from, what);
    case asking::shutdown:
        if (join(from, what, "shutdown")) return;
        shut_down(from, who, what, "");
        return turn();
    case asking::status: {
        engine_facts facts{chainload::realtime_ms(), ::getpid(), tree_.value_or(supervise::tree_id{}),
                           options_.manual_reload, !shutdown_.owner.empty()};
        return reply(status_line(*now_, whom, facts, changed_programs()));
    }
    case asking::why: return reply(why_line(*now_, whom));
    case asking::graph: return reply(graph_line(*now_, whom));
    case asking::blame: return reply(blame_line(*now_));
    }
}

request engine::request_of(const message& what, const peer& who, std::vector<std::string>& refusals) const {
    request made;
    made.how = what.how;
    made.owner = who.text();
    for (const auto& one : what.orders) {
        node which = now_->services.find(one.service);
        if (which == no_node)
            refusals.push_back(unknown_text(now_->services, one.service));
        else if (one.service == own_service_ && stops(one.what))
            refusals.push_back(one.service + ": is the engine itself: svc -r restarts it, svc -d stops it");
        else
            made.orders.push_back({one.what, which});
    }
    if (!tree_) refusals.push_back("no svscan has been here yet");
    return made;
}

void engine::refuse(client from, std::span<const std::string> refusals) {
    if (from == 0) {
        for (const auto& text : refusals) say(severity::warning, text);
        return;
    }
    socket_.send(from, result_line(0, {}, refusals), false);
    socket_.answered(from);
}

irreversible_lock engine::lock() const {
    irreversible_lock all = shutdown_;
    for (const auto& one : book_.open()) {
        if (one.lock.owner.empty() || one.lock.owner == shutdown_.owner) continue;
        all.owner += (all.owner.empty() ? "" : " and ") + one.lock.owner;
        all.orders.insert(all.orders.end(), one.lock.orders.begin(), one.lock.orders.end());
    }
    return all;
}

// The same key again: its plan and its result are sent to this client too.
bool engine::join(client from, const message& what, const std::string& sameness) {
    open_request* one = book_.find(what.key);
    const request_book::past* past = one ? nullptr : book_.find_past(what.key, monotonic_ms());
    if (one == nullptr && past == nullptr) return false;
    if ((one ? one->sameness : past->sameness) != sameness) {
        std::string text = "the key \"" + what.key + "\" is another request's";
        refuse(from, {&text, 1});
        return true;
    }
    socket_.send(from, one ? one->plan : past->plan, false);
    if (one) {
        one->clients.push_back(from);
        return true;
    }
    socket_.send(from, past->result, false);
    socket_.answered(from);
    return true;
}

void engine::serve_orders(client from, const peer& who, const message& what) {
    std::string sameness = sameness_of(what);
    if (join(from, what, sameness)) return;
    std::vector<std::string> refusals;
    request asked = request_of(what, who, refusals);
    if (refusals.empty() && what.hash) {
        irreversible_lock in_force = lock();
        outcome planned = planner(now_->live, in_force).plan_of(asked);
        if (planned && planned.plan.hash != *what.hash)
            refusals.push_back("the plan is another one by now: look at it again");
    }
    if (!refusals.empty()) return refuse(from, refusals);
    do_request(from, asked, what, sameness, false);
    turn();
}

// Asked for and, unless it is refused, begun: the letters are sent by the next turn, which may be this one.
void engine::do_request(client from, const request& asked, const message& what, const std::string& sameness,
                        bool stops_tree) {
    open_request made;
    for (const order& one : asked.orders) made.waiting.push_back(follow(now_->live, one));
    irreversible_lock in_force =
        from == 0 || stops_tree || sameness == "shutdown" ? irreversible_lock{} : lock();
    outcome found = planner(now_->live, in_force).apply(asked, now_->live);
    if (!found) return refuse(from, found.refusals);
    made.id = book_.next_id();
    made.key = what.key;
    made.sameness = sameness;
    made.plan = plan_line(*now_, found.plan, made.id);
    made.stops_tree = stops_tree;
    if (what.timeout_ms != 0) made.deadline = monotonic_ms() + what.timeout_ms;
    if (asked.how == mode::irreversible) made.lock = {asked.owner, asked.orders};
    for (const order& one : asked.orders) made.concerned.push_back(one.which);
    for (const plan_step& step : found.plan.steps) made.concerned.push_back(step.which);
    std::sort(made.concerned.begin(), made.concerned.end());
    made.concerned.erase(std::unique(made.concerned.begin(), made.concerned.end()), made.concerned.end());
    if (from != 0) {
        made.clients.push_back(from);
        socket_.send(from, made.plan, false);
    }
    send_once(found.plan);
    book_.open(std::move(made), now_->services.size());
    set_deadline();
    fresh_request_ = true;
}

// Reloads and resets are no wishes: they are sent here, once.
void engine::send_once(const plan& what) {
    for (const plan_step& step : what.steps) {
        if ((step.letter != 'l' && step.letter != '0') || now_->services.is_target(step.which)) continue;
        auto sent = send_letter(where_, now_->services.name(step.which), step.letter);
        if (sent)
            now_->live.sent_beside(step.which);
        else
            say(severity::warning, std::string(now_->services.name(step.which)) + ": " + unable(sent.why()));
    }
}

// Whom there is no memory to tell the result is told that, and may ask again.
void engine::complete(open_request& done) {
    std::string line;
    try {
        line = result_line(done.id, done.ended, {});
    } catch (const std::bad_alloc&) {
        say(severity::warning, "a result is not told for lack of memory");
    }
    for (client who : done.clients) {
        if (who == 0) continue;
        if (line.empty()) {
            socket_.send(who, R"({"v":1,"type":"error","text":"no memory to tell the result"})", false);
            socket_.end(who);
            continue;
        }
        socket_.send(who, line, false);
        socket_.answered(who);
    }
    if (done.stops_tree) {
        auto told = stop_tree(where_);
        if (!told) say(severity::error, unable(told.why()) + ": the tree goes on without its services");
    }
    if (line.empty()) return;
    try {
        book_.remember({done.id, done.key, done.sameness, done.plan, std::move(line), monotonic_ms()});
    } catch (const std::bad_alloc&) { // who asks with the same key later asks anew
    }
}

void engine::set_deadline() {
    std::int64_t first = book_.first_deadline();
    if (first != 0)
        loop_.set(timer::deadlines, first);
    else
        loop_.clear(timer::deadlines);
}

void engine::serve_plan(client from, const message& what) {
    std::vector<std::string> refusals;
    request asked = request_of(what, {}, refusals);
    if (!refusals.empty()) return refuse(from, refusals);
    irreversible_lock in_force = lock();
    outcome found = planner(now_->live, in_force).plan_of(asked);
    if (!found) return refuse(from, found.refusals);
    socket_.send(from, plan_line(*now_, found.plan, 0), false);
    socket_.answered(from);
}

void engine::serve_diff(client from, bool load) {
    auto read = read_all();
    if (!read) {
        std::string text = unable(read.why());
        return refuse(from, {&text, 1});
    }
    catalogue next = adapted(std::move(*read));
    auto changes = difference_of(now_->definitions, next);
    auto trial = world::after(*now_, next);
    irreversible_lock none;
    plan change = planner(trial->live, none).what_is_due();
    socket_.send(from, diff_line(changes, *trial, change, load), false);
    socket_.answered(from);
    if (!load) return;
    all_dirty_ = true;
    read_definitions();
}

void engine::serve_subscription(client from, const message& what) {
    auto whom = look_up(now_->services, what.services);
    subscribers_.push_back({from, whom.all, what.services, whom.known});
    socket_.send(from, subscribed_line(whom), false);
}

// Whose program was changed after it was started: the file's time is later than the process's.
std::vector<bool> engine::changed_programs() const {
    std::vector<bool> changed(now_->services.size(), false);
    constexpr std::int64_t tick_ms = 10; // the start is known to a tick
    std::int64_t booted =
        chainload::realtime_ms() - chainload::milliseconds_of(chainload::read_clock(CLOCK_BOOTTIME));
    for (node one = 0; one < now_->services.size(); ++one) {
        const observation& seen = now_->live.seen(one);
        if (seen.pid == 0 || seen.main_start == 0) continue;
        bool oneshot = now_->services[one].kind == supervise::service_kind::oneshot;
        std::string path = std::string(now_->services.name(one)) + (oneshot ? "/start" : "/run");
        struct stat found {};
        if (::fstatat(where_.scan, path.c_str(), &found, 0) < 0) continue;
        std::int64_t began = booted + static_cast<std::int64_t>(seen.main_start) * tick_ms;
        changed[one] = chainload::milliseconds_of(found.st_ctim) > began + tick_ms;
    }
    return changed;
}

} // namespace reeve::depengine
