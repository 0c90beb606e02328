// What the ends of processes, the words of the service and passing deadlines do.
#include "supervise/machine_moves.hpp"

#include <algorithm>
#include <sys/wait.h>
#include <utility>

namespace reeve::supervise {

namespace {
constexpr std::int64_t first_retry_ms = 1000, longest_retry_ms = 60000;
constexpr std::int64_t longest_check_wait_ms = 1000;
constexpr std::int64_t first_find_ms = 20;
} // namespace

void stepper::main_started() {
    m.main_alive = true;
    m.paused = false;
    m.retry = 0;
    ++m.starts;
    m.last_start = now_;
    if (s.timeout_up != 0) arm(timer::up, s.timeout_up);
    limit_log_wait();
    if (s.kind == service_kind::process && !s.forking) running();
}

void stepper::start_failed() {
    m.last_cause = cause::failed;
    m.wait_status = 0;
    m.retry = m.retry == 0 ? first_retry_ms : std::min(m.retry * 2, longest_retry_ms);
    if (m.giving_up) return settle();
    if (m.wanted == want::down) return rest(stage::down);
    if (m.wanted == want::once) {
        m.gave_up = give_up::restart_policy;
        return rest(stage::failed);
    }
    back_off(now_ + m.retry);
}

void stepper::undo_failed() {
    clear_tree();
}

void stepper::finish_failed() {
    settle();
}

void stepper::forked_main_found() {
    if (s.kind != service_kind::process) return; // MAINPID= means nothing to a oneshot
    m.main_alive = m.main_forked = true;
    running();
}

void stepper::forked_main_lost() {
    m.pending = cause::failed;
    note_end(m.wait_status, true);
}

void stepper::start_ended() {
    if (s.kind == service_kind::oneshot) {
        m.succeeded = m.pending == cause::none && is_success(s, e.status);
        return note_end(e.status, !m.succeeded && !end_was_asked(e.status));
    }
    bool in_background = m.pending == cause::none && WIFEXITED(e.status) && WEXITSTATUS(e.status) == 0;
    if (m.main_forked || !in_background) return main_died();
    // run has gone into the background: who is the daemon?
    m.main_alive = false;
    m.wait_status = e.status;
    m.check_wait = first_find_ms;
    arm(timer::find, m.check_wait);
    act(action_kind::find_main);
}

void stepper::main_died() {
    note_end(e.status, !end_was_asked(e.status));
}

void stepper::stop_ended() {
    // A oneshot's start that was done before the signal came: there is something to undo.
    if (s.kind == service_kind::oneshot && m.pending == cause::none && is_success(s, e.status))
        m.succeeded = true;
    note_end(e.status, !m.stop_asked);
}

void stepper::condition_ended() {
    arm(timer::script, 0);
    if (m.stop_asked) {
        m.finished = true; // finish follows run, and run has not been
        return clear_tree();
    }
    int code = WIFEXITED(e.status) ? WEXITSTATUS(e.status) : 100;
    if (code == 0) return launch();
    if (code < 100) return rest(stage::skipped);
    say("the condition could not be tested (exit code 100 or above, or killed)");
    start_failed();
}

void stepper::undo_ended() {
    if (!WIFEXITED(e.status) || WEXITSTATUS(e.status) != 0)
        say("stop did not exit 0; the service counts as down");
    m.wait_status = e.status;
    m.last_cause = cause_of(e.status);
    clear_tree();
}

void stepper::finish_ended() {
    if (WIFEXITED(e.status) && WEXITSTATUS(e.status) == 125) {
        m.giving_up = true;
        m.gave_up = give_up::finish_said_so;
        say("finish exited 125: giving up until u or reset");
    }
    clear_tree();
}

void stepper::settle_or_finish() {
    if (s.has_finish && s.kind == service_kind::process && !m.finished) {
        m.finished = true;
        enter(stage::finishing);
        arm(timer::script, s.timeout_finish);
        act(action_kind::spawn_finish);
        return;
    }
    settle();
}

void stepper::check_ended() {
    if (m.probe_dropped) return probe_gone();
    m.probe_running = false;
    arm(timer::probe_limit, 0);
    if (WIFEXITED(e.status) && WEXITSTATUS(e.status) == 0) return become_ready();
    m.check_wait = std::max(s.check_interval, std::min(m.check_wait * 2, longest_check_wait_ms));
    arm(timer::probe, m.check_wait);
}

void stepper::health_ended() {
    if (m.probe_dropped) return probe_gone();
    m.probe_running = false;
    arm(timer::probe_limit, 0);
    if (WIFEXITED(e.status) && WEXITSTATUS(e.status) == 0) {
        m.health_failed = 0;
    } else if (++m.health_failed >= s.health_failures) {
        say("health failed too often in a row: restarting");
        return stop(cause::health);
    }
    arm(timer::probe, s.health_interval);
}

void stepper::probe_gone() {
    m.probe_running = m.probe_dropped = false;
}

void stepper::hook_ended() {
    m.hook_running = false;
    bool handled = WIFEXITED(e.status) && WEXITSTATUS(e.status) == 0;
    int signal = std::exchange(m.hook_signal, 0);
    if (handled || signal == 0 || !m.main_alive) return;
    if (std::exchange(m.hook_is_rung, false))
        act(action_kind::signal_stop, signal);
    else
        act(action_kind::signal_main, signal);
}

// ---- what the service says

void stepper::become_ready() {
    arm(timer::up, 0);
    drop_probe();
    enter(stage::ready);
    watch_over();
}

// What is expected of a service that is ready.
void stepper::watch_over() {
    if (s.has_health) arm(timer::probe, s.health_interval);
    if (m.watchdog != 0) arm(timer::watchdog, m.watchdog);
}

void stepper::ready_early() {
    m.ready_seen = true;
}

// RELOADING=1: not ready until the next READY=1. No deadline but the watchdog's goes on.
void stepper::reload_begins() {
    drop_probe();
    enter(stage::up);
}

// STOPPING=1: it ends by itself, nobody has to signal it; its end is as if it had just ended.
void stepper::stops_itself() {
    disarm_all();
    drop_probe();
    m.rung = steps();
    enter(stage::stopping);
    arm(timer::rung, step_of(0).wait_ms);
}

void stepper::feed_watchdog() {
    if (m.deadline(timer::watchdog) != 0) arm(timer::watchdog, m.watchdog);
}

// A service that is paused is not to blame: go_on begins anew.
void stepper::watchdog_ran_out() {
    if (!m.paused) watchdog_bites();
}

void stepper::watchdog_bites() {
    say("the watchdog was not fed in time: restarting");
    stop(cause::watchdog);
}

void stepper::set_watchdog() {
    m.watchdog = e.ms;
    if (m.at == stage::ready || m.deadline(timer::watchdog) != 0) arm(timer::watchdog, m.watchdog);
}

void stepper::extend_start() {
    std::int64_t& due = m.deadlines[static_cast<std::size_t>(timer::up)];
    if (due != 0) due = std::max(due, now_ + e.ms);
}

void stepper::extend_stop() {
    std::int64_t& due = m.deadlines[static_cast<std::size_t>(timer::rung)];
    if (due != 0) due = std::max(due, now_ + e.ms);
}

// ---- deadlines

void stepper::start_now() {
    begin();
}

void stepper::start_took_too_long() {
    say("not ready within timeout-up: stopping it");
    stop(cause::timeout);
}

void stepper::condition_took_too_long() {
    say("the condition takes too long: killing it");
    act(action_kind::kill_script);
}

void stepper::climb() {
    if (m.rung + 1 < steps()) {
        ++m.rung;
        return use_rung();
    }
    say("still there after its last stop signal: killing it");
    m.killing = true;
    act(action_kind::kill_tree);
}

void stepper::kill_script() {
    say(m.at == stage::finishing ? "finish takes too long: killing it" : "stop takes too long: killing it");
    act(action_kind::kill_script);
}

void stepper::probe_check() {
    if (!s.has_check) return become_ready(); // it has been removed: nothing is left to wait for
    if (m.probe_running) return arm(timer::probe, m.check_wait);
    m.probe_running = true;
    arm(timer::probe_limit, s.health_timeout);
    act(action_kind::spawn_check);
}

void stepper::probe_health() {
    if (!s.has_health || m.paused) return; // it has been removed, or go_on begins anew
    if (m.probe_running) return arm(timer::probe, s.health_interval);
    m.probe_running = true;
    arm(timer::probe_limit, s.health_timeout);
    act(action_kind::spawn_health);
}

void stepper::kill_probe() {
    act(action_kind::kill_probe);
}

void stepper::look_for_main() {
    m.check_wait = std::min(m.check_wait * 2, longest_check_wait_ms);
    arm(timer::find, m.check_wait);
    act(action_kind::find_main);
}

void stepper::log_waited_enough() {
    say("the logger has not ended within limit-log-wait: stopping it");
    want_down_stop();
}

} // namespace reeve::supervise
