// The transition table: what each event does in each stage. Nothing is left to a default: every cell is written
// down, and `ignore` is a decision too. The moves themselves are in machine.cpp.
//
// In short, the stages that are not named ignore the event, * is all stages (a test derives this from the table):
//
//   up
//       down backoff failed skipped: want_up_start
//       condition starting up ready done: want_up
//       stopping undoing clearing finishing: want_up_again
//   down
//       down backoff skipped: want_down_rest
//       condition: want_down_abort_condition
//       starting up ready: want_down_stop
//       stopping undoing clearing finishing failed: want_down
//       done: want_down_undo
//   once
//       down backoff failed skipped: want_once_start
//       condition starting up ready stopping done: want_once
//       undoing clearing finishing: want_once_again
//   exit
//       down backoff failed skipped: exit_now
//       condition starting up ready stopping undoing clearing finishing done: exit_when_down
//   pause
//       starting up ready stopping: pause_main
//   go_on
//       starting up ready stopping: continue_main
//   signal
//       starting up ready stopping: send_signal
//   restart
//       down backoff skipped: restart_start
//       starting up ready: restart_stop
//       stopping undoing clearing finishing: restart_later
//       done: restart_undo
//   reload
//       up ready done: reload_main
//   give_up
//       down backoff skipped: give_up_rest
//       condition: give_up_abort_condition
//       starting up ready: give_up_stop
//       stopping undoing clearing finishing: give_up_later
//       done: give_up_undo
//   reset
//       down condition starting up ready stopping undoing clearing finishing backoff done: reset_counts
//       failed skipped: reset_rest
//   leave
//       *: leave
//   upgrade
//       *: upgrade
//   started
//       starting: main_started
//   start_failed
//       condition starting: start_failed
//       undoing: undo_failed
//       finishing: finish_failed
//   main_found
//       starting: forked_main_found
//   main_lost
//       starting: forked_main_lost
//   main_ended
//       starting: start_ended
//       up ready: main_died
//       stopping: stop_ended
//   script_ended
//       condition: condition_ended
//       undoing: undo_ended
//       finishing: finish_ended
//   probe_ended
//       down condition starting stopping undoing clearing finishing backoff failed skipped done: probe_gone
//       up: check_ended
//       ready: health_ended
//   hook_ended
//       *: hook_ended
//   cleared
//       clearing: settle_or_finish
//   ready
//       starting: ready_early
//       up: become_ready
//       ready: feed_watchdog
//   reloading
//       ready: reload_begins
//   stopping
//       up ready: stops_itself
//   watchdog_ping
//       up ready: feed_watchdog
//   watchdog_trigger
//       up ready: watchdog_bites
//   watchdog_period
//       starting up ready: set_watchdog
//   extend
//       starting up: extend_start
//       stopping: extend_stop
//   start_due
//       backoff: start_now
//   up_due
//       starting up: start_took_too_long
//   rung_due
//       stopping: climb
//   script_due
//       condition: condition_took_too_long
//       undoing finishing: kill_script
//   probe_due
//       up: probe_check
//       ready: probe_health
//   probe_limit_due
//       up ready: kill_probe
//   watchdog_due
//       up ready: watchdog_ran_out
//   find_due
//       starting: look_for_main
//   log_wait_due
//       starting up ready: log_waited_enough
#include "supervise/machine_moves.hpp"

namespace reeve::supervise {

namespace {
using move = transition::move;
constexpr move want_up_start{"want_up_start", &stepper::want_up_start};
constexpr move want_up{"want_up", &stepper::want_up};
constexpr move want_up_again{"want_up_again", &stepper::want_up_again};
constexpr move want_down_rest{"want_down_rest", &stepper::want_down_rest};
constexpr move want_down_abort_condition{"want_down_abort_condition", &stepper::want_down_abort_condition};
constexpr move want_down_stop{"want_down_stop", &stepper::want_down_stop};
constexpr move want_down{"want_down", &stepper::want_down};
constexpr move want_down_undo{"want_down_undo", &stepper::want_down_undo};
constexpr move want_once_start{"want_once_start", &stepper::want_once_start};
constexpr move want_once{"want_once", &stepper::want_once};
constexpr move want_once_again{"want_once_again", &stepper::want_once_again};
constexpr move exit_now{"exit_now", &stepper::exit_now};
constexpr move exit_when_down{"exit_when_down", &stepper::exit_when_down};
constexpr move ignore{"-", &stepper::ignore};
constexpr move pause_main{"pause_main", &stepper::pause_main};
constexpr move continue_main{"continue_main", &stepper::continue_main};
constexpr move send_signal{"send_signal", &stepper::send_signal};
constexpr move restart_start{"restart_start", &stepper::restart_start};
constexpr move restart_later{"restart_later", &stepper::restart_later};
constexpr move restart_stop{"restart_stop", &stepper::restart_stop};
constexpr move restart_undo{"restart_undo", &stepper::restart_undo};
constexpr move reload_main{"reload_main", &stepper::reload_main};
constexpr move give_up_rest{"give_up_rest", &stepper::give_up_rest};
constexpr move give_up_abort_condition{"give_up_abort_condition", &stepper::give_up_abort_condition};
constexpr move give_up_stop{"give_up_stop", &stepper::give_up_stop};
constexpr move give_up_later{"give_up_later", &stepper::give_up_later};
constexpr move give_up_undo{"give_up_undo", &stepper::give_up_undo};
constexpr move reset_counts{"reset_counts", &stepper::reset_counts};
constexpr move reset_rest{"reset_rest", &stepper::reset_rest};
constexpr move leave{"leave", &stepper::leave};
constexpr move upgrade{"upgrade", &stepper::upgrade};
constexpr move main_started{"main_started", &stepper::main_started};
constexpr move start_failed{"start_failed", &stepper::start_failed};
constexpr move undo_failed{"undo_failed", &stepper::undo_failed};
constexpr move finish_failed{"finish_failed", &stepper::finish_failed};
constexpr move forked_main_found{"forked_main_found", &stepper::forked_main_found};
constexpr move forked_main_lost{"forked_main_lost", &stepper::forked_main_lost};
constexpr move start_ended{"start_ended", &stepper::start_ended};
constexpr move main_died{"main_died", &stepper::main_died};
constexpr move stop_ended{"stop_ended", &stepper::stop_ended};
constexpr move condition_ended{"condition_ended", &stepper::condition_ended};
constexpr move undo_ended{"undo_ended", &stepper::undo_ended};
constexpr move finish_ended{"finish_ended", &stepper::finish_ended};
constexpr move probe_gone{"probe_gone", &stepper::probe_gone};
constexpr move check_ended{"check_ended", &stepper::check_ended};
constexpr move health_ended{"health_ended", &stepper::health_ended};
constexpr move hook_ended{"hook_ended", &stepper::hook_ended};
constexpr move settle_or_finish{"settle_or_finish", &stepper::settle_or_finish};
constexpr move ready_early{"ready_early", &stepper::ready_early};
constexpr move become_ready{"become_ready", &stepper::become_ready};
constexpr move reload_begins{"reload_begins", &stepper::reload_begins};
constexpr move stops_itself{"stops_itself", &stepper::stops_itself};
constexpr move feed_watchdog{"feed_watchdog", &stepper::feed_watchdog};
constexpr move watchdog_bites{"watchdog_bites", &stepper::watchdog_bites};
constexpr move watchdog_ran_out{"watchdog_ran_out", &stepper::watchdog_ran_out};
constexpr move set_watchdog{"set_watchdog", &stepper::set_watchdog};
constexpr move extend_start{"extend_start", &stepper::extend_start};
constexpr move extend_stop{"extend_stop", &stepper::extend_stop};
constexpr move start_now{"start_now", &stepper::start_now};
constexpr move start_took_too_long{"start_took_too_long", &stepper::start_took_too_long};
constexpr move climb{"climb", &stepper::climb};
constexpr move condition_took_too_long{"condition_took_too_long", &stepper::condition_took_too_long};
constexpr move kill_script{"kill_script", &stepper::kill_script};
constexpr move probe_check{"probe_check", &stepper::probe_check};
constexpr move probe_health{"probe_health", &stepper::probe_health};
constexpr move kill_probe{"kill_probe", &stepper::kill_probe};
constexpr move look_for_main{"look_for_main", &stepper::look_for_main};
constexpr move log_waited_enough{"log_waited_enough", &stepper::log_waited_enough};
} // namespace

constexpr std::array<std::string_view, stage_count> stage_names{
    "down",     "condition", "starting", "up",     "ready",   "stopping", "undoing",
    "clearing", "finishing", "backoff",  "failed", "skipped", "done"};

// clang-format off
// columns:      down, condition, starting, up, ready, stopping, undoing, clearing, finishing, backoff, failed, skipped, done
constexpr std::array<transition, event_count> transitions{{
    {event_kind::up, "up",
        {&want_up_start, &want_up, &want_up, &want_up, &want_up, &want_up_again, &want_up_again, &want_up_again, &want_up_again, &want_up_start, &want_up_start, &want_up_start, &want_up}},
    {event_kind::down, "down",
        {&want_down_rest, &want_down_abort_condition, &want_down_stop, &want_down_stop, &want_down_stop, &want_down, &want_down, &want_down, &want_down, &want_down_rest, &want_down, &want_down_rest, &want_down_undo}},
    {event_kind::once, "once",
        {&want_once_start, &want_once, &want_once, &want_once, &want_once, &want_once, &want_once_again, &want_once_again, &want_once_again, &want_once_start, &want_once_start, &want_once_start, &want_once}},
    {event_kind::exit, "exit",
        {&exit_now, &exit_when_down, &exit_when_down, &exit_when_down, &exit_when_down, &exit_when_down, &exit_when_down, &exit_when_down, &exit_when_down, &exit_now, &exit_now, &exit_now, &exit_when_down}},
    {event_kind::pause, "pause",
        {&ignore, &ignore, &pause_main, &pause_main, &pause_main, &pause_main, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::go_on, "go_on",
        {&ignore, &ignore, &continue_main, &continue_main, &continue_main, &continue_main, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::signal, "signal",
        {&ignore, &ignore, &send_signal, &send_signal, &send_signal, &send_signal, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::restart, "restart",
        {&restart_start, &ignore, &restart_stop, &restart_stop, &restart_stop, &restart_later, &restart_later, &restart_later, &restart_later, &restart_start, &ignore, &restart_start, &restart_undo}},
    {event_kind::reload, "reload",
        {&ignore, &ignore, &ignore, &reload_main, &reload_main, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &reload_main}},
    {event_kind::give_up, "give_up",
        {&give_up_rest, &give_up_abort_condition, &give_up_stop, &give_up_stop, &give_up_stop, &give_up_later, &give_up_later, &give_up_later, &give_up_later, &give_up_rest, &ignore, &give_up_rest, &give_up_undo}},
    {event_kind::reset, "reset",
        {&reset_counts, &reset_counts, &reset_counts, &reset_counts, &reset_counts, &reset_counts, &reset_counts, &reset_counts, &reset_counts, &reset_counts, &reset_rest, &reset_rest, &reset_counts}},
    {event_kind::leave, "leave",
        {&leave, &leave, &leave, &leave, &leave, &leave, &leave, &leave, &leave, &leave, &leave, &leave, &leave}},
    {event_kind::upgrade, "upgrade",
        {&upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade, &upgrade}},
    {event_kind::started, "started",
        {&ignore, &ignore, &main_started, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::start_failed, "start_failed",
        {&ignore, &start_failed, &start_failed, &ignore, &ignore, &ignore, &undo_failed, &ignore, &finish_failed, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::main_found, "main_found",
        {&ignore, &ignore, &forked_main_found, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::main_lost, "main_lost",
        {&ignore, &ignore, &forked_main_lost, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::main_ended, "main_ended",
        {&ignore, &ignore, &start_ended, &main_died, &main_died, &stop_ended, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::script_ended, "script_ended",
        {&ignore, &condition_ended, &ignore, &ignore, &ignore, &ignore, &undo_ended, &ignore, &finish_ended, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::probe_ended, "probe_ended",
        {&probe_gone, &probe_gone, &probe_gone, &check_ended, &health_ended, &probe_gone, &probe_gone, &probe_gone, &probe_gone, &probe_gone, &probe_gone, &probe_gone, &probe_gone}},
    {event_kind::hook_ended, "hook_ended",
        {&hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended, &hook_ended}},
    {event_kind::cleared, "cleared",
        {&ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &settle_or_finish, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::ready, "ready",
        {&ignore, &ignore, &ready_early, &become_ready, &feed_watchdog, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::reloading, "reloading",
        {&ignore, &ignore, &ignore, &ignore, &reload_begins, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::stopping, "stopping",
        {&ignore, &ignore, &ignore, &stops_itself, &stops_itself, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::watchdog_ping, "watchdog_ping",
        {&ignore, &ignore, &ignore, &feed_watchdog, &feed_watchdog, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::watchdog_trigger, "watchdog_trigger",
        {&ignore, &ignore, &ignore, &watchdog_bites, &watchdog_bites, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::watchdog_period, "watchdog_period",
        {&ignore, &ignore, &set_watchdog, &set_watchdog, &set_watchdog, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::extend, "extend",
        {&ignore, &ignore, &extend_start, &extend_start, &ignore, &extend_stop, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::start_due, "start_due",
        {&ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &start_now, &ignore, &ignore, &ignore}},
    {event_kind::up_due, "up_due",
        {&ignore, &ignore, &start_took_too_long, &start_took_too_long, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::rung_due, "rung_due",
        {&ignore, &ignore, &ignore, &ignore, &ignore, &climb, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::script_due, "script_due",
        {&ignore, &condition_took_too_long, &ignore, &ignore, &ignore, &ignore, &kill_script, &ignore, &kill_script, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::probe_due, "probe_due",
        {&ignore, &ignore, &ignore, &probe_check, &probe_health, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::probe_limit_due, "probe_limit_due",
        {&ignore, &ignore, &ignore, &kill_probe, &kill_probe, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::watchdog_due, "watchdog_due",
        {&ignore, &ignore, &ignore, &watchdog_ran_out, &watchdog_ran_out, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::find_due, "find_due",
        {&ignore, &ignore, &look_for_main, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
    {event_kind::log_wait_due, "log_wait_due",
        {&ignore, &ignore, &log_waited_enough, &log_waited_enough, &log_waited_enough, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore, &ignore}},
}};
// clang-format on

namespace {
consteval bool rows_stand_in_the_order_of_event_kind() {
    for (std::size_t row = 0; row < event_count; ++row)
        if (transitions[row].kind != static_cast<event_kind>(row)) return false;
    return true;
}
static_assert(rows_stand_in_the_order_of_event_kind());
} // namespace

table_row describe(event_kind kind) {
    const transition& row = transitions[static_cast<std::size_t>(kind)];
    table_row text{row.name, {}};
    for (std::size_t column = 0; column < stage_count; ++column) text.moves[column] = row.moves[column]->name;
    return text;
}

} // namespace reeve::supervise
