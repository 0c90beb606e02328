// A machine on trial: a process service with default settings, fed by hand; the actions of a step come back as text,
// such as "kill_probe signal_stop 15", and what it says is kept beside them.
#pragma once

#include "supervise/machine.hpp"

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>

namespace reeve::tests {

inline constexpr int exited(int code) {
    return code << 8;
}

class tried_machine {
public:
    using stage = supervise::stage;
    using event_kind = supervise::event_kind;

    supervise::settings s;
    supervise::machine m;
    std::int64_t now = 1'000'000;
    std::string said; // by the last step

    tried_machine() {
        s.kind = supervise::service_kind::process;
        s.has_run = true;
        m.tally = &room_->counts;
    }
    explicit tried_machine(supervise::service_kind kind)
        : tried_machine() {
        s.kind = kind;
    }

    std::string feed(supervise::event what) {
        supervise::action_list actions;
        step(m, s, what, now, actions);
        said.clear();
        std::string text;
        for (const supervise::action& one : actions.view()) {
            if (one.kind == supervise::action_kind::say) {
                said = one.text;
                continue;
            }
            if (!text.empty()) text += ' ';
            text += name_of(one.kind);
            if (one.letter != 0) (text += ' ') += one.letter;
            if (one.signal != 0) (text += ' ') += std::to_string(one.signal);
        }
        return actions.overflowed() ? "overflow" : text;
    }
    std::string feed(event_kind kind, int status = 0) { return feed({kind, status, 0, 0}); }
    std::string tell(event_kind kind, std::int64_t ms) { return feed({kind, 0, 0, ms}); }
    // Letters, one after the other; the actions of the last.
    std::string send(std::string_view letters) {
        std::string text;
        for (char letter : letters) text = feed(supervise::event_of(*supervise::find_letter(letter)));
        return text;
    }

    // Lets time pass to the next deadline and feeds it; "nothing" if there is none. The event's name comes first.
    std::string next() {
        std::int64_t due = m.next_deadline();
        if (due == 0) return "nothing";
        now = due;
        supervise::event what;
        if (!take_due(m, now, what)) return "lost";
        std::string text = feed(what);
        std::string name(supervise::describe(what.kind).event);
        return text.empty() ? name : name + ": " + text;
    }
    // How far away the next deadline is; 0: there is none.
    std::int64_t wait() const { return m.next_deadline() == 0 ? 0 : m.next_deadline() - now; }

    std::string_view at() const { return supervise::stage_names[static_cast<std::size_t>(m.at)]; }

    // Ways to stages.
    std::string start() {
        send("u");
        return feed(event_kind::started);
    }
    // The main process ends and leaves nothing behind: the actions that follow `cleared`.
    std::string end(int status, std::int64_t after = 0) {
        now += after;
        feed(event_kind::main_ended, status);
        return feed(event_kind::cleared);
    }

private:
    static std::string_view name_of(supervise::action_kind kind) {
        constexpr std::array<std::string_view, 23> names{
            "spawn_condition", "spawn_main",    "spawn_finish", "spawn_undo",   "spawn_check",
            "spawn_health",    "spawn_reload",  "spawn_hook",   "signal_main",  "signal_stop",
            "freeze",          "thaw",          "kill_script",  "kill_probe",   "kill_hook",
            "kill_tree",       "await_cleared", "find_main",    "record_death", "exit_orderly",
            "exit_leaving",    "upgrade",       "say"};
        return names[static_cast<std::size_t>(kind)];
    }

    struct tally_room {
        std::array<std::int64_t, supervise::most_counted_deaths> moments{};
        supervise::death_tally counts{moments};
    };
    std::unique_ptr<tally_room> room_ = std::make_unique<tally_room>();
};

} // namespace reeve::tests
