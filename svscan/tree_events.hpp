// What the tree (tree.hpp) is told, and what it answers. Times are monotonic milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <variant>
#include <vector>

namespace reeve::svscan {

using moment = std::int64_t;
inline constexpr moment no_moment = INT64_MAX;

using service_number = std::uint32_t;
enum class side : std::uint8_t { main, logger };
struct supervisor_id {
    service_number service;
    side which;
    bool operator==(const supervisor_id&) const = default;
};

// Which directory a name leads to.
struct identity {
    std::uint64_t device = 0, inode = 0;
    bool operator==(const identity&) const = default;
};

enum class sight_kind : std::uint8_t {
    nothing,         // the name is not there
    dangling,        // a symlink to nothing
    not_a_directory, //
    incomplete,      // a directory without run, start and target
    complete,
    unreadable, // it cannot be told (no memory, a broken disk); error says why
};
struct sight {
    sight_kind kind = sight_kind::nothing;
    identity id;
    bool has_log = false;
    int error = 0;
};

// The catch-all logger's name for the tree and for its supervise: a directory below the scan directory.
inline constexpr std::string_view catch_all_name = ".svscan/log";

// Limits of the machine, in milliseconds.
inline constexpr moment quiet_ms = 100; // a directory built in place is whole after so long without a change
inline constexpr std::uint32_t first_delay_ms = 1000, longest_delay_ms = 60000;
inline constexpr moment short_life_ms = 1000; // a supervise that lived less is started again after a delay
inline constexpr moment orphan_limit_ms =
    5000; // between TERM and KILL for what killed supervises left, at the end
inline constexpr moment orphan_kill_ms = 2000; // and from then to giving up
inline constexpr std::uint32_t most_stop_delay_ms =
    4000; // a stop does not wait for a supervise that fails this often

// --- events

struct saw { // a name in the scan directory was looked at
    std::string_view name;
    sight what;
    bool whole; // it appeared whole; else it may still be being written
};
struct lost { // the name is no longer in the scan directory
    std::string_view name;
};
struct touched { // something changed in a watched candidate
    std::string_view name;
};
struct pass_began { // a `saw` for every name of the scan directory follows, then pass_ended
    bool prune;     // drop services whose directory is gone, too
};
struct pass_ended {};
struct adopted { // supervises of an earlier svscan, alive; pid 0: that side must be started
    std::string_view name;
    identity id;
    bool has_logger, catch_all, leaving;
    pid_t main, logger;
};
struct started {
    supervisor_id who;
    pid_t pid;
};
struct start_failed {
    supervisor_id who;
    std::string reason; // "unable to STEP: REASON"
};
enum class ending : std::uint8_t {
    orderly,     // it was asked to exit, by whomever
    not_started, // it never came to run its service
    killed,      // what it ran may still be running
};
struct ended {
    supervisor_id who;
    ending kind;
    bool reachable;         // its directory can still be found under its name
    std::string how;        // "exited 111", "killed by KILL"
    bool undrained = false; // a logger that left lines in its pipe
};
enum class order : std::uint8_t { rescan, prune, stop, quit, leave, upgrade };
struct ordered {
    order what;
};
struct stop_script_started {
    moment limit_ms; // 0: none
};
struct stop_script_ended {}; // or there is none
struct no_children {};       // after `end_orphans`: nothing is left
struct tick {};

using event = std::variant<saw, lost, touched, pass_began, pass_ended, adopted, started, start_failed, ended,
                           ordered, stop_script_started, stop_script_ended, no_children, tick>;

// --- actions

enum class severity : std::uint8_t { info, warning, error, fatal };

namespace action {
struct start { // spawn it; answered by started or start_failed
    supervisor_id who;
};
struct tell { // write control letters; not lost if the supervise does not read yet
    supervisor_id who;
    const char* letters;
};
struct forget { // its supervise ended for good: close its control descriptor
    supervisor_id who;
};
struct
    close_writer { // our write end of this service's pipe: its logger sees EOF when the main's is closed too
    service_number service;
};
struct release { // the service is no more: close all that belongs to it
    service_number service;
};
struct look { // answered by saw{whole} or lost
    std::string name;
};
struct watch {
    std::string name;
    bool deep; // every change in it and below; else only new entries in it. Replaces an earlier watch.
};
struct unwatch {
    std::string name;
};
struct rescan {
    bool prune;
};
struct run_stop_script {}; // answered by stop_script_started or stop_script_ended
struct kill_stop_script {};
struct end_orphans { // signal every child that is no supervise; answered by no_children, when there is none
    int signal;
};
struct leave {   // the end of svscan
    bool finish; // the tree was stopped; else the supervisors run on
};
struct upgrade {};
struct say {
    severity level;
    std::string text;
};
} // namespace action

using any_action =
    std::variant<action::start, action::tell, action::forget, action::close_writer, action::release,
                 action::look, action::watch, action::unwatch, action::rescan, action::run_stop_script,
                 action::kill_stop_script, action::end_orphans, action::leave, action::upgrade, action::say>;
using action_list = std::vector<any_action>;

} // namespace reeve::svscan
