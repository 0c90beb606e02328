// A service and its shell in simulated time: answers what the machine asks for as supervise's shell does (spawned or
// not, killed, cleared), lets the processes of a random service end, and watches the machine's invariants.
//
// Deterministic: a seed and a list of stimuli give the same life again. The first broken invariant ends it.
#pragma once

#include "supervise/machine.hpp"
#include "tests/property/cases.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace reeve::tests {

// One thing that happens from outside: after `wait` ms, a command or a word of the service or new settings.
struct stimulus {
    enum class kind { letter, word, new_settings } what = kind::letter;
    std::int64_t wait = 0;
    char letter = 'u';                                         // of a command
    supervise::event_kind word = supervise::event_kind::ready; // what the service says
    std::int64_t ms = 0;                                       // for watchdog_period and extend
};
std::string text_of(const stimulus& one);
std::vector<stimulus> random_stimuli(random_numbers& random);
supervise::settings random_settings(random_numbers& random);

// How often each cell of the table was used, over all cases.
using cell_counts = std::array<std::array<std::uint64_t, supervise::stage_count>, supervise::event_count>;

class simulated_service {
public:
    simulated_service(std::uint64_t seed, cell_counts& cells);

    // Lives through the stimuli, then is told `d` and, at rest, `x`. The invariant that was broken; empty: none.
    std::string live(const std::vector<stimulus>& stimuli);

private:
    struct process {
        bool alive = false, killed = false;
        std::int64_t ends_at = 0; // 0: not by itself
        int status = 0;
        void start(std::int64_t when, int how) { *this = {true, false, when, how}; }
        void end(std::int64_t when, int how) {
            if (alive && (ends_at == 0 || when < ends_at)) {
                ends_at = when;
                status = how;
            }
        }
    };
    enum who : std::size_t { main_, script_, probe_, hook_, leftover_, process_count };

    void apply(const stimulus& one);
    void change_settings();
    void feed(const supervise::event& what);
    void perform(const supervise::action& what);
    void spawn_main();
    void spawn(who which, int status);
    void signal(int signal);
    void find_main();
    void kill(who which);
    // Lets the world go on until `until`, or until it rests for ever.
    void pass_time(std::int64_t until);
    bool turn(std::int64_t until);
    void process_ended(who which);
    void check_cleared();
    void drain();
    bool anything_alive() const;
    bool all_dead_but_leftovers() const;

    // simulated_invariants.cpp
    void check(const supervise::machine& before, const supervise::event& what,
               const supervise::action_list& actions);
    void check_actions(const supervise::machine& before, const supervise::event& what,
                       const supervise::action_list& actions);
    void check_deadlines();
    void check_stage(const supervise::machine& before, const supervise::event& what);
    void check_want(const supervise::machine& before, const supervise::event& what);
    void check_finish(const supervise::machine& before, const supervise::action_list& actions);
    void check_prediction(const supervise::event& what);
    void broken(const std::string& invariant);

    random_numbers random_;
    cell_counts& cells_;
    supervise::settings settings_;
    supervise::machine machine_;
    supervise::death_tally tally_;
    std::int64_t now_;
    std::array<process, process_count> processes_{};
    enum class clearing { no, kill, leave } clearing_ = clearing::no;
    bool forked_ = false; // the daemon that run left behind is process `leftover_`
    bool paused_ = false;
    bool ending_ = false; // every process does what it is told from now on
    bool exited_ = false, exited_orderly_ = false;
    bool settings_changed_ = false;
    bool tree_cleared_ = true;   // since the last main process
    bool finish_due_ = false;    // a run has ended and finish has not run for it
    bool start_ordered_ = false; // u, o or r since the last start
    std::string broken_;
    unsigned steps_ = 0;
};

} // namespace reeve::tests
