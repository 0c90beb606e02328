// What the control letters do.
#include "supervise/machine_moves.hpp"

#include <utility>

namespace reeve::supervise {

void stepper::want_up() {
    m.wanted = want::up;
    m.waits_for_engine = m.giving_up = false;
}

void stepper::want_up_start() {
    want_up();
    if (m.at == stage::failed) reset_counts();
    begin();
}

// The last run is ending: what follows is a start at once, whatever the restart policy and the backoff say.
void stepper::want_up_again() {
    want_up();
    m.start_asked = true;
}

void stepper::want_once() {
    m.wanted = want::once;
    m.waits_for_engine = m.giving_up = m.restarting = false;
    m.start_asked = m.at == stage::condition && m.stop_asked; // after d: a start anew
}

void stepper::want_once_again() {
    want_once();
    m.start_asked = true;
}

void stepper::want_once_start() {
    want_once();
    begin();
}

void stepper::want_down() {
    m.wanted = want::down;
    m.waits_for_engine = m.restarting = m.start_asked = false;
}

void stepper::want_down_rest() {
    want_down();
    rest(stage::down);
}

void stepper::want_down_stop() {
    want_down();
    stop(cause::none);
}

void stepper::want_down_undo() {
    want_down();
    undo();
}

void stepper::want_down_abort_condition() {
    want_down();
    m.stop_asked = true;
    act(action_kind::kill_script);
}

void stepper::exit_when_down() {
    m.exit_wanted = true;
    limit_log_wait();
}

// A logger ends by itself, on the end of its input; but not for ever later.
void stepper::limit_log_wait() {
    bool waits = m.is_logger && m.exit_wanted && m.main_alive && m.at != stage::stopping;
    if (waits) arm(timer::log_wait, s.limit_log_wait);
}

void stepper::exit_now() {
    m.exit_wanted = true;
    act(action_kind::exit_orderly);
}

void stepper::restart_stop() {
    stop(cause::none);
    m.restarting = true;
}

void stepper::restart_undo() {
    undo();
    m.restarting = true;
}

void stepper::restart_later() {
    if (m.wanted != want::down) m.restarting = true;
}

void stepper::restart_start() {
    if (m.wanted != want::down) begin();
}

void stepper::reload_main() {
    if (s.has_reload) {
        if (m.hook_running) {
            say("a reload is asked for while a control program runs: left out");
            return;
        }
        m.hook_running = true;
        m.hook_signal = 0;
        act(action_kind::spawn_reload);
    } else if (m.main_alive) {
        act(action_kind::signal_main, SIGHUP);
    }
}

void stepper::send_signal() {
    if (!m.main_alive) return;
    int signal = find_letter(e.letter)->signal;
    m.signals_asked |= std::uint64_t{1} << signal;
    if (signal == SIGTERM) m.stop_sent = true;
    if (s.control_hooks.has(static_cast<unsigned char>(e.letter)) && !m.hook_running) {
        m.hook_running = true;
        m.hook_is_rung = false;
        m.hook_signal = signal;
        act(action_kind::spawn_hook, 0, e.letter);
        return;
    }
    act(action_kind::signal_main, signal);
}

void stepper::pause_main() {
    if (!m.main_alive) return;
    m.paused = true;
    act(action_kind::freeze);
}

void stepper::continue_main() {
    if (!m.main_alive) return;
    act(action_kind::thaw);
    if (std::exchange(m.paused, false) && m.at == stage::ready) watch_over();
}

void stepper::give_up_rest() {
    want_down();
    m.gave_up = give_up::asked;
    rest(stage::failed);
}

void stepper::give_up_stop() {
    want_down();
    m.giving_up = true;
    stop(cause::none);
}

void stepper::give_up_undo() {
    want_down();
    m.giving_up = true;
    undo();
}

void stepper::give_up_abort_condition() {
    want_down();
    m.giving_up = m.stop_asked = true;
    act(action_kind::kill_script);
}

void stepper::give_up_later() {
    want_down();
    m.giving_up = true;
}

void stepper::reset_counts() {
    m.tally->forget();
    m.delay = m.retry = 0;
}

void stepper::reset_rest() {
    reset_counts();
    want_down_rest();
}

void stepper::leave() {
    m.upgrade_wanted = false;
    act(action_kind::exit_leaving);
}

void stepper::upgrade() {
    m.upgrade_wanted = true;
}

} // namespace reeve::supervise
