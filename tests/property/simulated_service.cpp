#include "tests/property/simulated_service.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace reeve::tests {

using namespace supervise;

namespace {
constexpr unsigned most_steps = 20000; // of one life; a machine that needs more spins

constexpr int exited(int code) {
    return code << 8;
}

// A killed process is usually gone at once, but may hang in the kernel for a while.
std::int64_t time_to_die(random_numbers& random) {
    return random.chance(85) ? random.between(0, 5) : random.between(0, 20000);
}
} // namespace

simulated_service::simulated_service(std::uint64_t seed, cell_counts& cells)
    : random_(seed)
    , cells_(cells)
    , settings_(random_settings(random_))
    , tally_{[]() -> std::array<std::int64_t, most_counted_deaths>& {
        static std::array<std::int64_t, most_counted_deaths> moments;
        return moments;
    }()}
    , now_(random_.between(1, 1'000'000)) {
    machine_.tally = &tally_;
    machine_.random = static_cast<std::uint32_t>(random_.next()) | 1;
    machine_.is_logger = random_.chance(15);
    machine_.waits_for_engine = random_.chance(20);
}

std::string simulated_service::live(const std::vector<stimulus>& stimuli) {
    for (const stimulus& one : stimuli) {
        pass_time(now_ + one.wait);
        if (exited_ || !broken_.empty()) break;
        apply(one);
        check_cleared();
    }
    if (!exited_ && broken_.empty()) drain();
    return broken_;
}

void simulated_service::apply(const stimulus& one) {
    switch (one.what) {
    case stimulus::kind::letter: feed(event_of(*find_letter(one.letter))); break;
    case stimulus::kind::word:
        if (!machine_.main_alive || paused_) break;
        if (one.word == event_kind::main_found && (machine_.at != stage::starting || !settings_.forking))
            break;
        feed({one.word, 0, 0, one.ms});
        // Who says so does so, sooner or later.
        if (one.word == event_kind::stopping)
            processes_[forked_ ? leftover_ : main_].end(now_ + random_.between(1, 40000), exited(0));
        if (one.word == event_kind::main_found && processes_[leftover_].alive && machine_.main_alive) {
            forked_ = true;
            processes_[main_] = {}; // nobody waits for run's own end any more
        }
        break;
    case stimulus::kind::new_settings: change_settings(); break;
    }
}

// The files of a service may change while it runs. What kind it is counts from its next start only.
void simulated_service::change_settings() {
    settings before = std::exchange(settings_, random_settings(random_));
    settings_changed_ = true;
    if (machine_.at_rest()) return;
    settings_.kind = before.kind;
    settings_.forking = before.forking;
}

void simulated_service::feed(const event& what) {
    if (!broken_.empty() || exited_) return;
    if (++steps_ > most_steps) return broken("a life needs no more than so many steps");
    ++cells_[static_cast<std::size_t>(what.kind)][static_cast<std::size_t>(machine_.at)];
    check_prediction(what);
    machine before = machine_;
    action_list actions;
    step(machine_, settings_, what, now_, actions);
    check(before, what, actions);
    for (const action& each : actions.view())
        if (broken_.empty()) perform(each);
}

void simulated_service::perform(const action& what) {
    switch (what.kind) {
    case action_kind::spawn_condition: {
        constexpr int ends[] = {exited(0), exited(0), exited(0), exited(0), exited(7), exited(111), SIGSEGV};
        spawn(script_, random_.pick(ends));
        break;
    }
    case action_kind::spawn_main: spawn_main(); break;
    case action_kind::spawn_finish: {
        constexpr int ends[] = {exited(0), exited(0), exited(0), exited(1), exited(125), SIGTERM};
        spawn(script_, random_.pick(ends));
        break;
    }
    case action_kind::spawn_undo: spawn(script_, random_.chance(70) ? exited(0) : exited(1)); break;
    case action_kind::spawn_check:
    case action_kind::spawn_health: spawn(probe_, random_.chance(60) ? exited(0) : exited(1)); break;
    case action_kind::spawn_reload:
    case action_kind::spawn_hook:
        spawn(hook_, random_.chance(50) ? exited(0) : exited(1));
        // A hook that says it has seen to the signal has.
        if ((what.letter == 'd' || what.letter == 't') && processes_[hook_].alive &&
            processes_[hook_].status == exited(0))
            signal(SIGTERM);
        break;
    case action_kind::signal_main: signal(what.signal); break;
    case action_kind::signal_stop:
        paused_ = false;
        signal(what.signal);
        break;
    case action_kind::freeze: paused_ = true; break;
    case action_kind::thaw: paused_ = false; break;
    case action_kind::kill_script: kill(script_); break;
    case action_kind::kill_probe: kill(probe_); break;
    case action_kind::kill_hook: kill(hook_); break;
    case action_kind::kill_tree: clearing_ = clearing::kill; break;
    case action_kind::await_cleared: clearing_ = clearing::leave; break;
    case action_kind::find_main: find_main(); break;
    case action_kind::exit_orderly: exited_ = exited_orderly_ = true; break;
    case action_kind::exit_leaving: exited_ = true; break;
    case action_kind::record_death:
    case action_kind::upgrade: // as if the exec failed
    case action_kind::say: break;
    }
}

void simulated_service::spawn_main() {
    if (settings_.kind == service_kind::incomplete || settings_.kind == service_kind::target ||
        random_.chance(8))
        return feed({event_kind::start_failed});
    tree_cleared_ = false;
    forked_ = paused_ = false;
    constexpr int ends[] = {exited(0), exited(1), exited(1), exited(3), SIGSEGV, SIGTERM, SIGHUP};
    bool ends_itself = settings_.kind == service_kind::oneshot || settings_.forking || random_.chance(50);
    std::int64_t life = random_.chance(60) ? random_.between(1, 1500) : random_.between(1, 40000);
    int how = settings_.forking && random_.chance(85) ? exited(0) : random_.pick(ends);
    processes_[main_].start(ends_itself ? now_ + life : 0, how);
    if (settings_.forking && random_.chance(85))
        processes_[leftover_].start(random_.chance(50) ? now_ + random_.between(1, 40000) : 0,
                                    random_.pick(ends));
    else if (random_.chance(20))
        processes_[leftover_].start(0, 0);
    feed({event_kind::started});
}

void simulated_service::spawn(who which, int status) {
    bool fails = random_.chance(5);
    if (which != script_ && fails)
        return feed({which == probe_ ? event_kind::probe_ended : event_kind::hook_ended, exited(127)});
    if (fails) return feed({event_kind::start_failed});
    if (which == script_ && random_.chance(10) && !processes_[leftover_].alive)
        processes_[leftover_].start(0, 0);
    bool hangs = !ending_ && random_.chance(10) && (which == probe_ || settings_.timeout_finish != 0);
    processes_[which].start(now_ + (hangs ? random_.between(60000, 90000) : random_.between(1, 3000)),
                            status);
}

void simulated_service::signal(int signal) {
    if (signal == SIGSTOP || signal == SIGCONT) return;
    process& target = processes_[forked_ ? leftover_ : main_];
    if (!target.alive) return broken("no signal goes to a main process that is no more");
    if (signal == SIGKILL) return target.end(now_ + time_to_die(random_), SIGKILL);
    if (!ending_ && random_.chance(30)) return; // it does not care
    target.end(now_ + random_.between(0, 2000), random_.chance(50) ? signal : exited(0));
}

void simulated_service::find_main() {
    if (processes_[leftover_].alive) {
        if (!random_.chance(50)) return; // not clear yet
        forked_ = true;
        return feed({event_kind::main_found});
    }
    if (!anything_alive()) feed({event_kind::main_lost});
}

void simulated_service::kill(who which) {
    processes_[which].killed = true;
    processes_[which].end(now_ + time_to_die(random_), SIGKILL);
}

void simulated_service::process_ended(who which) {
    int status = processes_[which].status;
    processes_[which] = {};
    switch (which) {
    case main_:
        if (!forked_) feed({event_kind::main_ended, status});
        break;
    case leftover_:
        if (std::exchange(forked_, false)) feed({event_kind::main_ended, status});
        break;
    case script_: feed({event_kind::script_ended, status}); break;
    case probe_: feed({event_kind::probe_ended, status}); break;
    default: feed({event_kind::hook_ended, status}); break;
    }
}

// As the shell's: at the end of each turn, what is to die is killed, and the machine told once all is dead.
void simulated_service::check_cleared() {
    while (clearing_ != clearing::no && !exited_ && broken_.empty()) {
        if (clearing_ == clearing::kill && anything_alive()) {
            for (std::size_t which = 0; which < process_count; ++which) kill(static_cast<who>(which));
            return;
        }
        clearing_ = clearing::no;
        tree_cleared_ = true;
        feed({event_kind::cleared});
    }
}

// The next thing that happens, if it happens before `until` (0: ever).
bool simulated_service::turn(std::int64_t until) {
    std::int64_t next = machine_.next_deadline();
    std::size_t ending = process_count;
    for (std::size_t which = 0; which < process_count; ++which) {
        const process& one = processes_[which];
        bool stopped = paused_ && which == (forked_ ? leftover_ : main_) && one.status != SIGKILL;
        if (!one.alive || one.ends_at == 0 || stopped || (next != 0 && one.ends_at >= next)) continue;
        next = one.ends_at;
        ending = which;
    }
    if (next == 0 || (until != 0 && next > until)) return false;
    now_ = std::max(now_, next);
    if (ending != process_count) {
        process_ended(static_cast<who>(ending));
    } else {
        event due;
        if (take_due(machine_, now_, due)) feed(due);
    }
    check_cleared();
    return true;
}

void simulated_service::pass_time(std::int64_t until) {
    check_cleared();
    while (broken_.empty() && !exited_ && turn(until)) {
    }
    now_ = std::max(now_, until);
}

// Whatever went on before: after `d` it comes to rest, and then `x` is the end.
void simulated_service::drain() {
    ending_ = true;
    paused_ = false;
    std::int64_t limit = now_ + 200'000;
    for (std::size_t which : {main_, script_, probe_, hook_})
        if (processes_[which].alive) processes_[which].end(now_ + random_.between(0, 100'000), exited(0));
    if (forked_) processes_[leftover_].end(now_ + random_.between(0, 100'000), exited(0));
    feed(event_of(*find_letter('d')));
    pass_time(limit);
    while (broken_.empty() && !exited_ && turn(0)) {
    }
    if (exited_ || !broken_.empty()) return;
    if (machine_.at != stage::down && machine_.at != stage::failed) return broken("after d it comes to rest");
    if (!all_dead_but_leftovers()) return broken("at rest no process is left");
    if (machine_.next_deadline() != 0) return broken("at rest nothing is waited for");
    feed(event_of(*find_letter('x')));
    if (broken_.empty() && !exited_orderly_) broken("x at rest is the end");
}

bool simulated_service::anything_alive() const {
    return std::any_of(processes_.begin(), processes_.end(), [](const process& one) { return one.alive; });
}

// (What has been killed with `leftovers` = keep is not waited for.)
bool simulated_service::all_dead_but_leftovers() const {
    for (std::size_t which = 0; which < process_count; ++which)
        if (processes_[which].alive && !processes_[which].killed && which != leftover_) return false;
    return true;
}

void simulated_service::broken(const std::string& invariant) {
    if (broken_.empty())
        broken_ = invariant + " [in " + std::string(stage_names[static_cast<std::size_t>(machine_.at)]) + "]";
}

} // namespace reeve::tests
