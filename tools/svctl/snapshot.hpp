// What one service is at this moment, from its directory and /proc: the record checked against the processes it
// names. Reads only; never waits.
#pragma once

#include "supervise/settings.hpp"
#include "supervise/status_record.hpp"
#include "tools/svctl/process_table.hpp"
#include "tools/svctl/scan_directory.hpp"

#include <optional>
#include <string>
#include <vector>

namespace reeve::svctl {

enum class supervision : std::uint8_t {
    running,    // a supervise runs there, and the record is its own
    never,      // there is no record
    ended,      // the last supervise ended in order
    died,       // the last supervise is gone without having ended in order
    other_tree, // the record is of another tree or boot, and counts for nothing
    unreadable, // the record cannot be read: `trouble` says why
};

// What the engine says of a service, where one runs.
struct engine_view {
    std::string phase;  // of targets, which nothing else knows
    std::string intent; // up, down, none
    std::string holder; // who keeps it up: itself if it was asked for; empty: nobody
    std::string waits;  // why it is not where it should be; empty: it is
};

struct snapshot {
    std::string name;
    bool logger = false;
    supervise::service_kind kind = supervise::service_kind::incomplete;
    bool normally_down = false;
    supervision state = supervision::never;
    std::string trouble;             // of unreadable; of other_tree if a supervise runs there all the same
    supervise::status_record record; // means something if state is running, ended or died
    bool out_of_sight = false;       // running, but the pids on record are not those of our pid namespace
    bool main_alive = false;         // the process that the record names is still that process
    std::optional<usage> used;
    std::optional<engine_view> told;

    bool running() const { return state == supervision::running; }
};

snapshot look_at_service(const scan_directory& tree, const std::string& name, const process_table& processes);

// The word that stands for its phase: phase_names', or "unsupervised", "target", "incomplete", "unreadable".
std::string_view phase_word(const snapshot& seen);

// Whether a logger needs no attention, seen beside its service: not listed unless asked for.
bool logger_is_fine(const snapshot& logger, bool service_runs);

// All services with their loggers, in order; loggers that are fine are left out unless `all`. `names` narrows
// it down to these, with nothing left out; empty: all services.
std::vector<snapshot> look_at_services(const scan_directory& tree, const std::vector<std::string>& names,
                                       bool all);

} // namespace reeve::svctl
