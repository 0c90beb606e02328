// The moves of the machine: what a cell of its table does. Private to machine.cpp and machine_table.cpp.
#pragma once

#include "supervise/machine.hpp"

namespace reeve::supervise {

class stepper {
public:
    stepper(machine& state, const settings& with, const event& what, std::int64_t now, action_list& actions)
        : m(state)
        , s(with)
        , e(what)
        , now_(now)
        , actions_(actions) {}

    // Nothing to do: it is so already, or it does not concern this stage.
    void ignore() {}

    // Commands.
    void want_up();       // remember it; what is going on leads there
    void want_up_start(); // and start now
    void want_up_again(); // and start as soon as what is going on has ended
    void want_once();
    void want_once_start();
    void want_once_again();
    void want_down();      // remember it; what is going on leads there
    void want_down_rest(); // nothing runs: just rest in `down`
    void want_down_stop(); // climb the ladder
    void want_down_undo(); // run stop
    void want_down_abort_condition();
    void exit_when_down();
    void exit_now();
    void restart_stop();
    void restart_undo();
    void restart_start();
    void restart_later();
    void reload_main();
    void send_signal();
    void pause_main();
    void continue_main();
    void give_up_rest();
    void give_up_stop();
    void give_up_undo();
    void give_up_abort_condition();
    void give_up_later();
    void reset_counts();
    void reset_rest();
    void leave();
    void upgrade();

    // Processes.
    void main_started();
    void start_failed(); // condition, run or start
    void undo_failed();  // stop
    void finish_failed();
    void forked_main_found();
    void forked_main_lost();
    void start_ended(); // in `starting`
    void main_died();   // in `up` and `ready`
    void stop_ended();  // in `stopping`
    void condition_ended();
    void undo_ended();
    void finish_ended();
    void check_ended();
    void health_ended();
    void probe_gone(); // its result has no meaning any more
    void hook_ended();
    void settle_or_finish(); // cleared

    // What the service says.
    void become_ready();
    void ready_early();
    void reload_begins();
    void stops_itself();
    void feed_watchdog();
    void watchdog_bites();
    void watchdog_ran_out();
    void set_watchdog();
    void extend_start();
    void extend_stop();

    // Deadlines.
    void start_now();
    void start_took_too_long();
    void condition_took_too_long();
    void climb();
    void kill_script();
    void probe_check();
    void probe_health();
    void kill_probe();
    void look_for_main();
    void log_waited_enough();

private:
    machine& m;
    const settings& s;
    const event& e;
    std::int64_t now_;
    action_list& actions_;

    void act(action_kind kind, int signal = 0, char letter = 0) { actions_.add({kind, signal, letter, {}}); }
    void say(std::string_view text) { actions_.add({action_kind::say, 0, 0, text}); }
    void enter(stage where);
    void arm(timer which, std::int64_t ms); // 0 ms: disarm
    void disarm_all() { m.deadlines = {}; }

    void begin();
    void launch();
    void running();
    void watch_over();
    void limit_log_wait();
    void stop(cause why);
    void use_rung();
    void undo();
    void note_end(int status, bool is_death);
    bool end_was_asked(int status) const;
    void drop_probe();
    void drop_hook();
    void clear_tree();
    void settle();
    void rest(stage where);
    void back_off(std::int64_t due);
    std::int64_t jittered(std::int64_t ms);
    stop_step step_of(std::uint8_t rung) const;
    std::uint8_t steps() const;
    friend bool restarts_at_once(const machine&, const settings&, int, std::int64_t);
};

struct transition {
    event_kind kind;
    std::string_view name;
    struct move {
        std::string_view name;
        void (stepper::*run)();
    };
    std::array<const move*, stage_count> moves;
};
extern const std::array<transition, event_count> transitions;

} // namespace reeve::supervise
