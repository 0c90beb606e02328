// The settings of a service directory: one file, one fact. This is the vocabulary (a table that the parser, the
// linter, the manual check and the tests loop over) and the parsed form. Parsing is pure: text in, value or
// diagnostic out; settings_reader.hpp reads the files.
#pragma once

#include "chainload/bit_set.hpp"
#include "chainload/text.hpp"

#include <array>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace reeve::supervise {

enum class service_kind : std::uint8_t { incomplete, process, oneshot, target };
enum class kill_mode : std::uint8_t { main, group, tree };
enum class restart_policy : std::uint8_t { always, on_failure, never };

// One rung of the ladder that stops a service: send `signal`, then wait so long. 0 = wait for ever.
struct stop_step {
    int signal;
    std::int64_t wait_ms;
    bool operator==(const stop_step&) const = default;
};
inline constexpr std::size_t most_stop_steps = 8;
inline constexpr std::uint32_t most_counted_deaths = 4096;
inline constexpr std::size_t most_stored_fds = 64;
inline constexpr std::size_t longest_pid_file = 256;

struct backoff_rule {
    std::int64_t min_ms = 1000, factor = 2, max_ms = 15000;
    bool operator==(const backoff_rule&) const = default;
};
struct tally_rule {
    std::uint32_t count = 0; // 0: no limit
    std::int64_t seconds = 0;
    bool operator==(const tally_rule&) const = default;
};

// All durations are milliseconds.
struct settings {
    service_kind kind = service_kind::incomplete;
    // Which programs and flags are there.
    bool has_run = false, has_start = false, has_target = false; // `kind` follows from these
    bool has_finish = false, has_stop = false, has_check = false, has_health = false, has_condition = false;
    bool has_reload = false, has_cgroup = false, has_log = false;
    bool down = false, early = false, notify = false, forking = false;
    bool has_relations = false;            // any directory that only an engine acts upon
    chainload::bit_set<128> control_hooks; // control/X exists, by letter

    std::int64_t timeout_finish = 5000, timeout_up = 0, timeout_kill = 30000;
    std::int64_t check_interval = 100;
    std::int64_t health_interval = 10000, health_timeout = 5000;
    std::int64_t watchdog = 0; // 0: none
    std::int64_t limit_log_wait = 2000;
    std::uint32_t health_failures = 3;
    std::uint32_t fd_store_max = 0;
    int notification_fd = -1; // -1: none
    int down_signal = 15;
    supervise::kill_mode kill_mode = supervise::kill_mode::main;
    restart_policy restart = restart_policy::always;
    bool keep_leftovers = false;
    backoff_rule restart_delay;
    tally_rule max_death_tally;
    std::array<stop_step, most_stop_steps> stop_steps{};
    std::uint8_t stop_step_count = 0;                                   // 0: down_signal, timeout_kill
    chainload::bit_set<256> success_codes = chainload::bits_of<256>(0); // exit codes that count as success
    chainload::bit_set<256> success_signals;                            // and signals
    chainload::text_buffer<longest_pid_file> pid_file;                  // of `forking`; empty: none named

    // WATCHDOG=1 needs a way too.
    bool has_notify_socket() const { return notify || watchdog != 0; }
};

// What a top-level entry of a service directory is.
enum class setting_kind : std::uint8_t {
    program,    // an executable file
    flag,       // only its being there counts
    value,      // a file with one value
    directory,  // a directory that supervise or svscan reads
    relation,   // a directory that depengine reads
    graph_flag, // a file that depengine reads: persistent, essential …
    foreign,    // read or made by another member of the family and tolerated: lock-fd, event …
};

struct setting {
    std::string_view name;
    setting_kind kind;
    std::string_view allowed;   // what may stand in a value file, for messages: "a number of milliseconds"
    std::string_view otherwise; // the default, for manuals and listings; empty: none
    // For values: sets the field, or returns false and leaves it as it was. `text` is the whole file.
    bool (*parse)(std::string_view text, settings& into) = nullptr;
    std::string_view help;
    // For values: gives `into` what `from` has. With a fresh `settings` that is the default.
    void (*copy)(const settings& from, settings& into) = nullptr;
    // For the others: the field that says it is there; null if supervise does not care.
    bool settings::*there = nullptr;
};

inline constexpr std::size_t value_settings = 20; // they are the first of known_settings()
inline constexpr std::size_t all_settings = 67;
inline constexpr std::size_t longest_value_file = 1024; // bytes; no valid content comes near

std::span<const setting> known_settings();
const setting* find_setting(std::string_view name);

// Names that are never settings and never reported: data, env, conf, supervise, README*, *.md, ".…", editor backups, and
// what the services of djbdns have beside their run.
bool always_free_name(std::string_view name);

// The known name nearest to a misspelt one, if one is near enough to be meant.
std::optional<std::string_view> nearest_setting(std::string_view misspelt);

// The 1-based line at which `text` stops being valid for the value `entry`; 0 if all of it is valid.
unsigned line_of_error(const setting& entry, std::string_view text);

// What the directory is: run wins over start, start over target.
service_kind kind_of(const settings& from);

// Whether a main process that ended with `wait_status` (as waitpid reports it) ended well: an exit code or signal of
// success-exit, or, unless it is a oneshot's start, one of the signals that ask for an end: HUP INT TERM PIPE.
bool is_success(const settings& rules, int wait_status);
// What `restart` = on-failure restarts after.
inline bool is_failure(const settings& rules, int wait_status) {
    return !is_success(rules, wait_status);
}

} // namespace reeve::supervise
