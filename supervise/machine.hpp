// The state machine of one service: (machine, settings, event, now) -> (new machine, actions).
//
// Pure: no clock, no descriptor, no process, no heap. The shell (service.hpp) turns what the loop reports into
// events and the actions into system calls. Every cell of stage × event is defined in machine_table.cpp.
//
// Times are monotonic milliseconds, as the shell passes them in `now`.
#pragma once

#include "supervise/letters.hpp"
#include "supervise/phase.hpp"
#include "supervise/settings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace reeve::supervise {

// Where the machine is: finer than the phase that the status record shows. The numbers stand in the record
// (byte 63), so they never change.
enum class stage : std::uint8_t {
    down,      // nothing runs, nothing is about to
    condition, // the condition program runs
    starting,  // start runs (oneshot), or run has not yet gone into the background (forking)
    up,        // the main process runs and is not ready
    ready,     // the main process runs and is ready
    stopping,  // the ladder of stop signals is being climbed
    undoing,   // stop runs (oneshot)
    clearing,  // the main process is gone; what it left behind is being killed
    finishing, // finish runs
    backoff,   // waits for its next start
    failed,    // gave up
    skipped,   // the condition said no
    done,      // a oneshot or target that is up
};
inline constexpr std::size_t stage_count = static_cast<std::size_t>(stage::done) + 1;

phase phase_of(stage where);
// exited, killed or dumped, from a wait status.
cause cause_of(int status);

// The deadlines a machine may have, each 0 or a moment.
enum class timer : std::uint8_t {
    start,       // backoff is over
    up,          // timeout-up
    rung,        // the current step of the stop ladder
    script,      // condition, finish or stop has run too long
    probe,       // check or health is due
    probe_limit, // check or health has run too long
    watchdog,    // WATCHDOG=1 is overdue
    find,        // look again for the daemon that run left behind
    log_wait,    // a logger that was told to exit still runs
};
inline constexpr std::size_t timer_count = static_cast<std::size_t>(timer::log_wait) + 1;

enum class event_kind : std::uint8_t {
    // commands, see letters.hpp
    up,
    down,
    once,
    exit,
    pause,
    go_on,
    signal,
    restart,
    reload,
    give_up,
    reset,
    leave,
    upgrade,
    // processes
    started,      // the main process has been exec'd
    start_failed, // it could not be
    main_found,   // forking: this is the daemon
    main_lost,    // forking: there is none
    main_ended,   // status
    script_ended, // condition, finish or stop; status
    probe_ended,  // check or health; status
    hook_ended,   // control/X or reload; status
    cleared,      // no process of the service is left
    // what the service says of itself
    ready,
    reloading,
    stopping,
    watchdog_ping,
    watchdog_trigger,
    watchdog_period,
    extend,
    // deadlines
    start_due,
    up_due,
    rung_due,
    script_due,
    probe_due,
    probe_limit_due,
    watchdog_due,
    find_due,
    log_wait_due,
};
inline constexpr std::size_t event_count = static_cast<std::size_t>(event_kind::log_wait_due) + 1;

struct event {
    event_kind kind;
    int status = 0;      // wait status, for *_ended
    char letter = 0;     // for signal
    std::int64_t ms = 0; // for watchdog_period and extend
};

enum class action_kind : std::uint8_t {
    spawn_condition,
    spawn_main,
    spawn_finish,
    spawn_undo,
    spawn_check,
    spawn_health,
    spawn_reload,
    spawn_hook,  // letter
    signal_main, // signal
    signal_stop, // signal, to whom kill-mode says, CONT after it
    freeze,
    thaw,
    kill_script,
    kill_probe,
    kill_hook,
    kill_tree,     // SIGKILL to every process of the service; `cleared` follows when none is left
    await_cleared, // as kill_tree, but kills nothing: the leftovers may stay
    find_main,     // answer with main_found, main_lost, or (still unclear) not at all
    record_death,
    exit_orderly,
    exit_leaving,
    upgrade,
    say, // text
};

struct action {
    action_kind kind;
    int signal = 0;
    char letter = 0;
    std::string_view text{};
};

// What one step asks for, in order. No step needs more than its capacity (asserted by the property test).
class action_list {
public:
    void add(action what) {
        if (count_ < actions_.size())
            actions_[count_++] = what;
        else
            overflowed_ = true;
    }
    bool overflowed() const { return overflowed_; }
    std::span<const action> view() const { return {actions_.data(), count_}; }
    void clear() { count_ = 0; }

private:
    std::array<action, 12> actions_;
    std::size_t count_ = 0;
    bool overflowed_ = false;
};

// The moments of recent deaths, newest overwriting oldest: what max-death-tally counts. The room for them is
// large and, while nothing dies, untouched memory, so it lies elsewhere.
struct death_tally {
    std::span<std::int64_t, most_counted_deaths> moments;
    std::uint32_t count = 0, next = 0;

    void add(std::int64_t now);
    // Whether `count` deaths or more fell into the last `seconds`.
    bool exceeds(const tally_rule& rule, std::int64_t now) const;
    void forget() { count = next = 0; }
};

struct machine {
    stage at = stage::down;
    want wanted = want::down;
    bool is_logger = false;
    bool waits_for_engine = false;
    bool exit_wanted = false;
    bool upgrade_wanted = false;
    bool restarting = false;  // r: start again once it is down
    bool start_asked = false; // u or o while the last run was still ending: the same
    bool giving_up = false;   // G or finish's 125: phase failed once it is down
    bool succeeded = false;   // a oneshot's start has exited well: done once its leftovers are gone
    bool finished = false;    // finish has run for this end
    bool paused = false;
    bool stop_sent = false;          // the stop signal went to this main process
    bool stop_asked = false;         // a command asked for this stop
    bool killing = false;            // the ladder is at its end: nothing is spared, `leftovers` or not
    std::uint64_t signals_asked = 0; // what commands sent to this main process, by bit 1 << signal
    bool main_alive = false;
    bool main_forked = false; // the main process is a daemon that left run behind
    bool ready_seen = false;  // it said READY=1 before it was in the background
    bool probe_running = false, hook_running = false;
    bool probe_dropped = false; // the running probe is being killed; its result has no meaning
    int hook_signal = 0;        // to send if the running control/X does not exit 0
    bool hook_is_rung = false;  // and then it is the stop signal
    std::uint8_t rung = 0;
    cause pending = cause::none; // why supervise itself stops it
    cause last_cause = cause::none;
    int wait_status = 0;
    give_up gave_up = give_up::none;
    std::uint32_t health_failed = 0;
    std::int64_t last_start = 0; // when the main process was last exec'd
    std::int64_t uptime = 0;     // of the last main process that ended
    std::int64_t delay = 0;      // the next backoff; 0: restart-delay's MIN
    std::int64_t retry = 0;      // the next pause after a start that failed before exec; 0: 1 s
    std::int64_t check_wait = 0;
    std::int64_t watchdog = 0; // period in force
    std::uint64_t starts = 0, deaths = 0, readiness = 0;
    std::uint32_t random = 1; // for the jitter of the backoff; never 0
    std::array<std::int64_t, timer_count> deadlines{};
    death_tally* tally = nullptr;

    bool is_ready() const { return at == stage::ready || at == stage::done; }
    // Nothing runs and nothing is being ended: the stages in which x takes effect.
    bool at_rest() const {
        return at == stage::down || at == stage::failed || at == stage::skipped || at == stage::backoff;
    }
    std::int64_t deadline(timer which) const { return deadlines[static_cast<std::size_t>(which)]; }
    // The earliest deadline; 0 if there is none.
    std::int64_t next_deadline() const;
};

// Whether nothing is under way that only lives in memory: U waits for such a moment.
bool is_quiet(const machine& state);

void step(machine& state, const settings& with, const event& what, std::int64_t now, action_list& actions);

// The event of the earliest deadline that has passed; that deadline is taken off. False if none has.
bool take_due(machine& state, std::int64_t now, event& due);

// Whether the end that is now at hand will be followed at once by a start, so that the record of that start
// can stand for both.
bool restarts_at_once(const machine& state, const settings& with, int status, std::int64_t now);

// The commands as events.
event event_of(const letter& which);

// The table as text, one line per event: what the comment in machine_table.cpp shows.
struct table_row {
    std::string_view event;
    std::array<std::string_view, stage_count> moves;
};
table_row describe(event_kind kind);
extern const std::array<std::string_view, stage_count> stage_names;

} // namespace reeve::supervise
