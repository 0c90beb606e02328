#include "supervise/machine.hpp"

#include "supervise/machine_moves.hpp"

#include <algorithm>
#include <sys/wait.h>
#include <utility>

namespace reeve::supervise {

namespace {
constexpr std::int64_t condition_limit_ms = 60000; // where timeout-up sets none
} // namespace

cause cause_of(int status) {
    if (WIFEXITED(status)) return cause::exited;
    return WCOREDUMP(status) ? cause::dumped : cause::killed;
}

phase phase_of(stage where) {
    switch (where) {
    case stage::down: return phase::down;
    case stage::condition:
    case stage::starting: return phase::starting;
    case stage::up: return phase::up;
    case stage::ready: return phase::ready;
    case stage::stopping:
    case stage::undoing:
    case stage::clearing: return phase::stopping;
    case stage::finishing: return phase::finishing;
    case stage::backoff: return phase::backoff;
    case stage::failed: return phase::failed;
    case stage::skipped: return phase::skipped;
    case stage::done: return phase::done;
    }
    return phase::down;
}

void death_tally::add(std::int64_t now) {
    moments[next] = now;
    next = (next + 1) % most_counted_deaths;
    if (count < most_counted_deaths) ++count;
}

bool death_tally::exceeds(const tally_rule& rule, std::int64_t now) const {
    if (rule.count == 0 || count < rule.count) return false;
    std::int64_t moment = moments[(next + most_counted_deaths - rule.count) % most_counted_deaths];
    return now - moment <= rule.seconds * 1000;
}

std::int64_t machine::next_deadline() const {
    std::int64_t earliest = 0;
    for (std::int64_t moment : deadlines)
        if (moment != 0 && (earliest == 0 || moment < earliest)) earliest = moment;
    return earliest;
}

bool take_due(machine& state, std::int64_t now, event& due) {
    std::int64_t earliest = state.next_deadline();
    if (earliest == 0 || earliest > now) return false;
    for (std::size_t which = 0; which < timer_count; ++which)
        if (state.deadlines[which] == earliest) {
            state.deadlines[which] = 0;
            due = {static_cast<event_kind>(static_cast<std::size_t>(event_kind::start_due) + which)};
            return true;
        }
    return false;
}

event event_of(const letter& which) {
    // The first event kinds stand in the order of `command`: if one of them moves, the last no longer meets.
    static_assert(static_cast<int>(event_kind::up) == static_cast<int>(command::up) &&
                  static_cast<int>(event_kind::signal) == static_cast<int>(command::signal) &&
                  static_cast<int>(event_kind::upgrade) == static_cast<int>(command::upgrade));
    return {static_cast<event_kind>(which.meaning), 0, which.name, 0};
}

bool is_quiet(const machine& state) {
    bool moving = state.at == stage::condition || state.at == stage::starting ||
                  state.at == stage::stopping || state.at == stage::undoing || state.at == stage::clearing ||
                  state.at == stage::finishing;
    return !moving && !state.probe_running && !state.hook_running;
}

void step(machine& state, const settings& with, const event& what, std::int64_t now, action_list& actions) {
    const auto& row = transitions[static_cast<std::size_t>(what.kind)];
    stepper stepper_(state, with, what, now, actions);
    (stepper_.*row.moves[static_cast<std::size_t>(state.at)]->run)();
    bool leaving = what.kind == event_kind::leave || (state.exit_wanted && state.at_rest());
    if (state.upgrade_wanted && is_quiet(state) && !leaving) {
        state.upgrade_wanted = false;
        actions.add({action_kind::upgrade});
    }
}

bool restarts_at_once(const machine& state, const settings& with, int status, std::int64_t now) {
    if (state.at != stage::up && state.at != stage::ready) return false;
    if (with.has_finish || state.wanted != want::up || state.giving_up || state.exit_wanted) return false;
    if (with.max_death_tally.count != 0) return false;
    if (with.restart == restart_policy::never ||
        (with.restart == restart_policy::on_failure && is_success(with, status)))
        return false;
    return now - state.last_start >= with.restart_delay.min_ms;
}

// ---- small parts that moves are made of

void stepper::arm(timer which, std::int64_t ms) {
    m.deadlines[static_cast<std::size_t>(which)] = ms == 0 ? 0 : now_ + ms;
}

void stepper::enter(stage where) {
    bool was_ready = m.is_ready();
    m.at = where;
    if (was_ready != m.is_ready()) ++m.readiness;
}

void stepper::rest(stage where) {
    disarm_all();
    enter(where);
    if (where != stage::failed) m.gave_up = give_up::none;
    if (m.exit_wanted) act(action_kind::exit_orderly);
}

void stepper::begin() {
    disarm_all();
    m.restarting = m.start_asked = m.giving_up = m.succeeded = m.finished = m.main_forked = m.ready_seen =
        false;
    m.stop_sent = m.stop_asked = m.killing = false;
    m.signals_asked = 0;
    m.pending = cause::none;
    m.gave_up = give_up::none;
    m.health_failed = 0;
    m.watchdog = s.watchdog;
    if (!s.has_condition) return launch();
    enter(stage::condition);
    arm(timer::script, s.timeout_up != 0 ? s.timeout_up : condition_limit_ms);
    act(action_kind::spawn_condition);
}

void stepper::launch() {
    disarm_all();
    if (s.kind == service_kind::target) {
        ++m.starts;
        m.last_start = now_;
        return enter(stage::done);
    }
    enter(stage::starting);
    act(action_kind::spawn_main);
}

// The main process is there and in its place: from now on it can become ready.
void stepper::running() {
    arm(timer::find, 0);
    bool awaited = s.notification_fd >= 0 || s.notify || s.has_check;
    enter(stage::up);
    if (!awaited || m.ready_seen) return become_ready();
    if (s.notification_fd < 0 && !s.notify) {
        m.check_wait = s.check_interval;
        arm(timer::probe, m.check_wait);
    }
}

stop_step stepper::step_of(std::uint8_t rung) const {
    return s.stop_step_count == 0 ? stop_step{s.down_signal, s.timeout_kill} : s.stop_steps[rung];
}

std::uint8_t stepper::steps() const {
    return s.stop_step_count == 0 ? std::uint8_t{1} : s.stop_step_count;
}

void stepper::stop(cause why) {
    disarm_all();
    m.pending = why;
    m.stop_asked = why == cause::none;
    m.rung = 0;
    enter(stage::stopping);
    drop_probe();
    if (!m.main_alive) { // forking: run has gone and the daemon was not found yet
        m.stop_sent = m.killing = true;
        return note_end(m.wait_status, why != cause::none);
    }
    use_rung();
}

// Sends the signal of the current rung, or runs control/d in its place for the first one; or, as under runit, where a
// stop is a TERM as any other, control/t.
void stepper::use_rung() {
    stop_step now = step_of(m.rung);
    m.stop_sent = true;
    arm(timer::rung, now.wait_ms);
    char hook = s.control_hooks.has('d') ? 'd' : 't';
    if (m.rung == 0 && s.control_hooks.has(static_cast<unsigned char>(hook)) && !m.hook_running) {
        m.hook_running = m.hook_is_rung = true;
        m.hook_signal = now.signal;
        act(action_kind::spawn_hook, 0, hook);
    } else {
        act(action_kind::signal_stop, now.signal);
    }
    if (m.paused) continue_main(); // a stopped process could not heed the signal
}

void stepper::undo() {
    disarm_all();
    m.finished = true; // finish follows run, and there was none
    drop_hook();
    if (!s.has_stop) {
        clear_tree();
        return;
    }
    enter(stage::undoing);
    arm(timer::script, s.timeout_kill);
    act(action_kind::spawn_undo);
}

// The main process has ended (or never came). Its leftovers go next.
void stepper::note_end(int status, bool is_death) {
    m.main_alive = m.main_forked = m.paused = false;
    m.wait_status = status;
    m.last_cause = m.pending != cause::none ? m.pending : cause_of(status);
    m.uptime = now_ - m.last_start;
    if (is_death) {
        ++m.deaths;
        if (s.max_death_tally.count != 0) m.tally->add(now_);
        act(action_kind::record_death);
    }
    drop_probe();
    drop_hook();
    clear_tree();
}

// Kills the running probe, if any: its result has no meaning any more.
void stepper::drop_probe() {
    arm(timer::probe, 0);
    arm(timer::probe_limit, 0);
    if (!m.probe_running || std::exchange(m.probe_dropped, true)) return;
    act(action_kind::kill_probe);
}

// The same for a control program or reload; what it was to send was meant for this run.
void stepper::drop_hook() {
    if (m.hook_running) act(action_kind::kill_hook);
    m.hook_signal = 0;
}

void stepper::clear_tree() {
    disarm_all();
    enter(stage::clearing);
    act(s.keep_leftovers && !m.killing ? action_kind::await_cleared : action_kind::kill_tree);
}

// Whether a command asked for the end that `status` tells of: with a signal that tells a process to end, however
// it did so, or with the very signal that ended it.
bool stepper::end_was_asked(int status) const {
    auto asked = [&](int signal) { return (m.signals_asked >> signal & 1) != 0; };
    return asked(SIGTERM) || asked(SIGINT) || asked(SIGQUIT) || asked(SIGKILL) ||
           (WIFSIGNALED(status) && asked(WTERMSIG(status)));
}

std::int64_t stepper::jittered(std::int64_t ms) {
    m.random ^= m.random << 13; // xorshift32
    m.random ^= m.random >> 17;
    m.random ^= m.random << 5;
    return ms - ms / 10 + static_cast<std::int64_t>(m.random % 1000) * (ms / 5) / 1000;
}

void stepper::back_off(std::int64_t due) {
    if (due <= now_) {
        begin();
        return;
    }
    rest(stage::backoff);
    arm(timer::start, due - now_);
}

// Everything of the last run is gone, finish has run: what now?
void stepper::settle() {
    if (m.succeeded) {
        m.succeeded = m.start_asked = false;
        if (m.giving_up || m.restarting || m.wanted == want::down) return undo();
        disarm_all();
        return enter(stage::done);
    }
    if (m.giving_up) {
        m.gave_up = m.gave_up == give_up::none ? give_up::asked : m.gave_up;
        return rest(stage::failed);
    }
    if (m.restarting) return begin();
    if (m.exit_wanted) return rest(stage::down);
    if (m.start_asked) return begin();
    if (m.wanted != want::up) return rest(stage::down);
    if (m.stop_asked) return begin();
    bool success = m.pending == cause::none && is_success(s, m.wait_status);
    if (s.restart == restart_policy::never || (s.restart == restart_policy::on_failure && success)) {
        m.wanted = want::down;
        if (success) return rest(stage::down);
        m.gave_up = give_up::restart_policy;
        return rest(stage::failed);
    }
    if (m.tally->exceeds(s.max_death_tally, now_)) {
        m.gave_up = give_up::too_many_deaths;
        say("died too often (max-death-tally): giving up until u or reset");
        return rest(stage::failed);
    }
    const auto& rule = s.restart_delay;
    if (m.pending == cause::none && end_was_asked(m.wait_status)) return back_off(m.last_start + rule.min_ms);
    if (m.uptime > rule.max_ms || m.delay < rule.min_ms) m.delay = rule.min_ms;
    if (m.uptime >= rule.min_ms) return begin();
    std::int64_t wait = jittered(m.delay);
    m.delay = std::min(m.delay * rule.factor, rule.max_ms);
    back_off(m.last_start + wait);
}

} // namespace reeve::supervise
