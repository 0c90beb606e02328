// What holds after every step of the machine, whatever happened before.
#include "tests/property/simulated_service.hpp"

#include <algorithm>

namespace reeve::tests {

using namespace supervise;

namespace {
// The stages in which a deadline of this kind may be armed. In no other does a machine wake anybody.
bool may_wait(timer which, const machine& m) {
    switch (which) {
    case timer::start: return m.at == stage::backoff;
    case timer::up: return m.at == stage::starting || m.at == stage::up;
    case timer::rung: return m.at == stage::stopping;
    case timer::script: return m.at == stage::condition || m.at == stage::undoing || m.at == stage::finishing;
    case timer::probe: return m.at == stage::up || m.at == stage::ready;
    case timer::probe_limit: return (m.at == stage::up || m.at == stage::ready) && m.probe_running;
    case timer::watchdog: return (m.at == stage::up || m.at == stage::ready) && m.watchdog != 0;
    case timer::find: return m.at == stage::starting && !m.main_alive;
    case timer::log_wait:
        return m.is_logger && m.exit_wanted &&
               (m.at == stage::starting || m.at == stage::up || m.at == stage::ready);
    }
    return false;
}

bool is_among(const action_list& actions, action_kind kind) {
    return std::ranges::any_of(actions.view(), [&](const action& one) { return one.kind == kind; });
}

bool begins(const action_list& actions) {
    return is_among(actions, action_kind::spawn_main) || is_among(actions, action_kind::spawn_condition);
}
} // namespace

void simulated_service::check(const machine& before, const event& what, const action_list& actions) {
    if (what.kind == event_kind::up || what.kind == event_kind::once || what.kind == event_kind::restart)
        start_ordered_ = true;
    check_actions(before, what, actions);
    check_deadlines();
    check_stage(before, what);
    check_want(before, what);
    check_finish(before, actions);
    if (is_among(actions, action_kind::spawn_main)) start_ordered_ = false;
}

void simulated_service::check_actions(const machine& before, const event& what, const action_list& actions) {
    if (actions.overflowed()) broken("a step needs no more actions than there is room for");
    bool exits = false;
    for (const action& one : actions.view()) {
        if (exits) broken("nothing follows an exit");
        switch (one.kind) {
        case action_kind::spawn_main:
            if (machine_.main_alive || processes_[main_].alive || forked_)
                broken("there is one main process at most");
            if (!tree_cleared_) broken("run starts only when the last run is gone altogether");
            break;
        case action_kind::spawn_condition:
        case action_kind::spawn_finish:
        case action_kind::spawn_undo:
            if (processes_[script_].alive) broken("there is one script at most");
            if (machine_.main_alive) broken("condition, finish and stop never run beside the main process");
            break;
        case action_kind::spawn_check:
        case action_kind::spawn_health:
            if (processes_[probe_].alive) broken("there is one probe at most");
            if (one.kind == action_kind::spawn_check ? !settings_.has_check : !settings_.has_health)
                broken("only a probe that exists is run");
            break;
        case action_kind::spawn_reload:
        case action_kind::spawn_hook:
            if (processes_[hook_].alive) broken("there is one control program at most");
            break;
        case action_kind::signal_main:
        case action_kind::signal_stop:
        case action_kind::freeze:
        case action_kind::thaw:
            if (!machine_.main_alive) broken("signals go to a living main process only");
            break;
        case action_kind::exit_orderly:
            exits = true;
            if (!machine_.at_rest() || !all_dead_but_leftovers())
                broken("an orderly exit leaves nothing behind");
            if (!machine_.exit_wanted) broken("supervise exits only when told");
            break;
        case action_kind::exit_leaving:
            exits = true;
            if (what.kind != event_kind::leave) broken("only X leaves a service alone");
            break;
        case action_kind::upgrade:
            if (!is_quiet(machine_)) broken("U waits until nothing is under way");
            break;
        case action_kind::record_death:
            if (machine_.deaths != before.deaths + 1) broken("a death that is recorded is counted");
            break;
        default: break;
        }
    }
    if (machine_.deaths != before.deaths && !is_among(actions, action_kind::record_death))
        broken("a death that is counted is recorded");
    if (!begins(actions)) return;
    if (machine_.wanted == want::down) broken("what is wanted down is not started");
    if (machine_.wanted == want::once && !start_ordered_) broken("what is wanted once is not restarted");
    if (before.giving_up && what.kind != event_kind::up && what.kind != event_kind::once)
        broken("what gives up is not started");
}

void simulated_service::check_deadlines() {
    for (std::size_t which = 0; which < timer_count; ++which) {
        std::int64_t moment = machine_.deadlines[which];
        if (moment == 0) continue;
        if (!may_wait(static_cast<timer>(which), machine_))
            broken("deadline " + std::to_string(which) + " has no use here");
        if (moment < now_) broken("deadline " + std::to_string(which) + " was missed");
    }
    bool waits_for_start = machine_.deadline(timer::start) != 0;
    if ((machine_.at == stage::backoff) != waits_for_start && !exited_ && !machine_.exit_wanted)
        broken("backoff has an end, and nothing else has one");
    std::int64_t longest = std::max<std::int64_t>(settings_.restart_delay.max_ms * 11 / 10, 60000);
    if (!settings_changed_ && waits_for_start && machine_.deadline(timer::start) - now_ > longest)
        broken("no backoff is longer than MAX and its jitter");
}

void simulated_service::check_stage(const machine& before, const event& what) {
    stage at = machine_.at;
    bool needs_main = at == stage::up || at == stage::ready || at == stage::stopping;
    bool may_have_main = needs_main || at == stage::starting;
    if (needs_main && !machine_.main_alive) broken("this stage has a main process");
    if (!may_have_main && machine_.main_alive) broken("this stage has no main process");
    if (machine_.is_ready() != (machine_.readiness % 2 == 1)) broken("readiness changes are counted");
    if (before.at == stage::failed && at != stage::failed && what.kind != event_kind::up &&
        what.kind != event_kind::once && what.kind != event_kind::reset)
        broken("failed is left by u, o and 0 only");
    bool gave_up = machine_.gave_up != give_up::none;
    if (at == stage::failed && !gave_up) broken("failed has a reason");
    if ((machine_.at_rest() || may_have_main || at == stage::done) && at != stage::failed && gave_up)
        broken("only what failed has given up");
    if (machine_.paused && !machine_.main_alive) broken("what is gone is not paused");
    if (machine_.starts < before.starts || machine_.random == 0) broken("counters do not go back");
}

void simulated_service::check_want(const machine& before, const event& what) {
    want now = machine_.wanted;
    if (what.kind == event_kind::up && now != want::up) broken("u is remembered");
    if (what.kind == event_kind::once && now != want::once) broken("o is remembered");
    if (what.kind == event_kind::down && now != want::down) broken("d is remembered");
    if (now == before.wanted) return;
    if (now == want::up && what.kind != event_kind::up) broken("only u makes it wanted up");
    if (now == want::once && what.kind != event_kind::once) broken("only o makes it wanted once");
    bool commanded = what.kind == event_kind::down || what.kind == event_kind::give_up ||
                     what.kind == event_kind::reset || what.kind == event_kind::log_wait_due;
    bool by_policy = settings_.restart != restart_policy::always && machine_.at_rest();
    if (now == want::down && !commanded && !by_policy)
        broken("only commands and the restart policy end a want");
}

// finish runs once after every end of run, and never else.
void simulated_service::check_finish(const machine& before, const action_list& actions) {
    bool run_has_ended = machine_.at == stage::clearing && before.at != stage::clearing &&
                         (before.at == stage::starting || before.at == stage::up ||
                          before.at == stage::ready || before.at == stage::stopping);
    bool finish_applies =
        settings_.has_finish && settings_.kind == service_kind::process && !settings_changed_;
    if (is_among(actions, action_kind::spawn_finish)) {
        if (!finish_due_) broken("finish runs once, after an end of run");
        finish_due_ = false;
    }
    if (run_has_ended) finish_due_ = true;
    bool over = machine_.at_rest() || begins(actions);
    if (over && finish_due_ && finish_applies) broken("finish runs after every end of run");
    if (over) finish_due_ = false;
}

// What the shell believes before it reaps must come true.
void simulated_service::check_prediction(const event& what) {
    if (what.kind != event_kind::main_ended || !restarts_at_once(machine_, settings_, what.status, now_))
        return;
    machine copy = machine_;
    action_list first, second;
    step(copy, settings_, what, now_, first);
    step(copy, settings_, {event_kind::cleared}, now_, second);
    if (!begins(second) && copy.at != stage::done) broken("a start that is announced follows");
}

} // namespace reeve::tests
