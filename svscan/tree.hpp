// The tree: which services there are, which supervises run for them, and what svscan must do next. Pure: an event
// and the time go in, actions come out; no descriptor, no clock, no file, no log.
//
// A service is a name in the scan directory with one supervise, or two (NAME/log makes a pair). Its life:
//   (candidate) -> active -> leaving -> released
// A candidate is a name that is no service yet: incomplete, still being written, or waiting for the end of a
// service that has its name or its directory. `leaving` means: the main supervise was told dx; after its end the
// logger sees EOF and is told x; after that the service is released and its number may be used again.
//
// Invariants: no supervise is started for a directory that another supervise of the tree still holds; a supervise
// that ends unasked is started again; a logger outlives its main; with nothing pending, next_deadline() is none.
#pragma once

#include "svscan/deadlines.hpp"
#include "svscan/tree_events.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace reeve::svscan {

class tree {
public:
    // At most `most_services` services at once, loggers not counted.
    explicit tree(std::size_t most_services = SIZE_MAX);
    tree(const tree&) = delete; // the indices point into it
    tree& operator=(const tree&) = delete;

    void step(const event& what, moment now, action_list& out);

    // When a `tick` is due; nothing while nothing waits for the clock.
    std::optional<moment> next_deadline() const;

    // What the shell asks about a service of an action, or in order to hand everything over.
    const std::string& name_of(service_number number) const { return services_[number].name; }
    bool has_logger(service_number number) const { return services_[number].has_logger; }
    bool is_catch_all(service_number number) const { return services_[number].catch_all; }
    bool is_leaving(service_number number) const { return services_[number].leaving; }
    identity identity_of(service_number number) const { return services_[number].id; }
    pid_t pid_of(supervisor_id who) const { return at(who).pid; }
    bool is_used(service_number number) const { return services_[number].used; }
    std::size_t slots() const { return services_.size(); }
    std::size_t count() const { return count_; }
    std::optional<service_number> find(std::string_view name) const;
    bool is_stopping() const { return stage_ != stage::running; }

private:
    enum class standing : std::uint8_t {
        absent,  // not started, or ended for good
        waiting, // to be started at `when`
        running,
    };
    struct supervisor {
        moment when = 0; // running: since; waiting: due
        pid_t pid = 0;
        std::uint32_t delay_ms = 0; // before the next restart; grows
        standing state = standing::absent;
        bool killed = false;   // its last end was no orderly one: its service may still run
        bool drained = false;  // it was started once more for what its logger had left in the pipe
        bool reported = false; // a failing start was reported
    };
    struct service {
        std::string name;
        identity id;
        supervisor main, logger;
        std::uint32_t seen_in = 0; // the last pass that listed it
        bool used = false, has_logger = false, leaving = false, catch_all = false;
    };
    struct candidate {
        enum class reason : std::uint8_t { incomplete, settling, blocked, over_limit, reported };
        reason why;
        identity id;                     // blocked: the directory it waits for
        moment quiet_at = 0;             // settling
        std::uint32_t look_again_ms = 0; // it could not be looked at: until the next attempt
        std::uint32_t seen_in = 0;
        enum class watch : std::uint8_t { none, shallow, deep } watched = watch::none;
    };
    enum class stage : std::uint8_t { running, script, stopping, orphans, over };

    struct hash_name {
        using is_transparent = void;
        const std::vector<service>* all;
        std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
        std::size_t operator()(service_number n) const { return (*this)((*all)[n].name); }
    };
    struct same_name {
        using is_transparent = void;
        const std::vector<service>* all;
        bool operator()(service_number a, service_number b) const { return a == b; }
        bool operator()(std::string_view a, service_number b) const { return a == (*all)[b].name; }
        bool operator()(service_number a, std::string_view b) const { return b == (*all)[a].name; }
    };
    struct hash_identity {
        using is_transparent = void;
        const std::vector<service>* all;
        std::size_t operator()(identity id) const { return id.inode * 31 + id.device; }
        std::size_t operator()(service_number n) const { return (*this)((*all)[n].id); }
    };
    struct same_identity {
        using is_transparent = void;
        const std::vector<service>* all;
        bool operator()(service_number a, service_number b) const { return a == b; }
        bool operator()(identity a, service_number b) const { return a == (*all)[b].id; }
        bool operator()(service_number a, identity b) const { return b == (*all)[a].id; }
    };
    using candidates = std::map<std::string, candidate, std::less<>>;

    // tree_names.cpp: names come and go
    void on(const saw& what);
    void on(const lost& what);
    void on(const touched& what);
    void on(const pass_began& what);
    void on(const pass_ended& what);
    void see_service(service_number number, const saw& what);
    void see_newcomer(const saw& what);
    void see_complete(const saw& what);
    candidate& wait_as(std::string_view name, candidate::reason why, identity id = {});
    void watch_as(const std::string& name, candidate& which, decltype(candidate::watched) depth);
    void settle(const std::string& name, candidate& which);
    void look_again(const std::string& name, int error);
    void forget_candidate(std::string_view name);
    void settle_quiet_ones();
    void look_at_waiting(const std::string& name, identity id);
    service_number add(std::string_view name, identity id, bool has_logger, bool catch_all);
    void leave(service_number number);
    void release(service_number number);

    // tree_supervisors.cpp: supervises start and end
    void on(const adopted& what);
    void on(const started& what);
    void on(const start_failed& what);
    void on(const ended& what);
    void start_at(supervisor_id who, moment when);
    void send_away(supervisor_id who);
    void gone_for_good(supervisor_id who);
    bool ends_for_good(supervisor_id who, bool orderly, bool reachable) const;
    std::uint32_t grow_delay(supervisor& which);
    void restart_due_ones();

    // tree_stop.cpp: commands and the end
    void on(const ordered& what);
    void on(const stop_script_started& what);
    void on(const stop_script_ended& what);
    void on(const no_children& what);
    void on(const tick& what);
    void stop_takes_too_long();
    void stop_services();
    void advance_stop();

    supervisor& at(supervisor_id who) {
        return who.which == side::main ? services_[who.service].main : services_[who.service].logger;
    }
    const supervisor& at(supervisor_id who) const { return const_cast<tree*>(this)->at(who); }
    std::string label(supervisor_id who) const;
    void say(severity level, std::string text) { out_->push_back(action::say{level, std::move(text)}); }

    std::vector<service> services_;
    std::vector<service_number> free_;
    std::unordered_set<service_number, hash_name, same_name> by_name_;
    std::unordered_set<service_number, hash_identity, same_identity> by_identity_;
    candidates candidates_;
    deadline_queue restarts_;
    std::size_t most_services_;
    std::size_t count_ = 0;         // services, the catch-all logger not counted
    std::size_t running_mains_ = 0; // services whose main has not ended for good
    std::optional<service_number> catch_all_;
    moment quiet_bound_ = no_moment; // no candidate is quiet before this
    moment stop_deadline_ = no_moment;
    std::uint32_t pass_ = 0;
    bool prune_ = false;
    bool wait_for_loggers_ = true;
    bool orphans_killed_ = false;
    bool limit_reported_ = false;
    stage stage_ = stage::running;

    // Valid during step.
    moment now_ = 0;
    action_list* out_ = nullptr;
};

} // namespace reeve::svscan
