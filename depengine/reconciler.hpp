// Works off the difference between what should be and what is: (graph, wishes, observations) -> letters to send now,
// and for each service what it waits for.
//
// Level-triggered: nothing depends on which events were seen or in which order, only on the state they left. Pure: no
// descriptor, no clock, no log; and no memory is taken after construction. The work after a change is proportional to
// what the change touches.
//
// The words (sv-relations(5)): a service's *goal* follows from the intents and the holding relations; it is to *run*
// if its goal is up and nothing that it needs is missing, else it is *held*; it *falls* while it is on its way down,
// and *must come* while it is on its way up.
#pragma once

#include "depengine/graph.hpp"
#include "depengine/node_ring.hpp"
#include "depengine/service_state.hpp"

#include <span>
#include <utility>
#include <vector>

namespace reeve::depengine {

struct letter_to {
    node to;
    char letter; // 'u' or 'd'
};

// Why a service does not run, or is not yet where it is going.
enum class waiting : std::uint8_t {
    nothing,       // it is where it should be, or on its way
    no_goal,       // nothing asks for it
    need,          // held: what it needs does not run, or gave up
    missing,       // held: there is no such service
    cycle,         // held: it is on a cycle of needs
    conflict,      // held: the other runs in its place
    stopped,       // held: it is part of the other, which was stopped or gave up
    gave_up,       // it failed, was skipped, or ended and is not restarted
    start_order,   // starts once the other is ready
    down_first,    // starts once the other is down
    stop_order,    // stops once the other is down
    supervisor,    // a letter is on its way, or nobody takes it
    contradiction, // held: it needs two services that conflict, the other is one of them
};

struct wait_reason {
    waiting why = waiting::nothing;
    node other = no_node; // the service that it is about, if any
    bool operator==(const wait_reason&) const = default;
};

// What neighbours see of a service. Everything an evaluation asks of another service is one of these bits, so that a
// service whose bits stay the same disturbs nobody; and two bytes each, so that a look at all neighbours is cheap.
struct standing {
    bool run : 1 = false;    // is to run
    bool active : 1 = false; // not at rest
    bool ready : 1 = false;
    bool gave_up : 1 = false; // is to run, is at rest, and will not be started again by itself
    bool failed : 1 = false;  // at rest after a failure, and no start is due
    bool falls : 1 = false;
    bool must_come : 1 = false;
    bool retries : 1 = false; // its last start did not go well; its supervisor tries again
    bool known : 1 = false;   // a supervisor, or the engine itself, speaks for it
    bool goal : 1 = false;
    bool chosen : 1 = false; // was to run when all was last settled
    bool persists : 1 = false;
    bool alone : 1 = false; // asked for with mode `only`
    bool asked_up : 1 = false, asked_down : 1 = false;
    bool operator==(const standing&) const = default;
};

class reconciler {
public:
    // `wishes` has one entry per node. The graph must outlive the reconciler. All services are unknown at first.
    reconciler(const depengine::graph& services, std::vector<wish> wishes);

    // What another reconciler knows of services of the same name: after a change of definitions.
    void take_over(const reconciler& before);

    // ---- input; settle() draws the conclusions
    void observe(node which, const observation& now);
    // The letter could not be written: nobody reads, or the pipe is full. Tried again after the next observe().
    void not_sent(node which);
    // A letter that is no wish (a reload, a reset) was written.
    void sent_beside(node which);
    // After the first observe(): so many letters of an engine that was killed are still in the pipe. Nothing is done
    // before they are taken.
    void unread(node which, std::uint64_t letters);
    // Changes a wish by hand. Goals are computed anew at the next settle().
    wish& change(node which);

    // ---- conclusions
    // The letters that became due. Wishes that changed must be on disk before they are sent: see wishes_changed().
    std::span<const letter_to> settle();
    // Whether a wish changed since the last call in a way that the next engine must know.
    bool take_wishes_changed() { return std::exchange(wishes_changed_, false); }
    // Whether an action ended since the last call. The next engine would find that out by itself as long as no
    // supervisor is replaced meanwhile: to be written down when there is time.
    bool take_actions_ended() { return std::exchange(actions_ended_, false); }
    // Services that gave up and oneshots that succeeded since forget_ends(), each end once, across engines too: those
    // that are essential, or have on-failure/ or on-success/.
    std::span<const node> failures() const { return failures_; }
    std::span<const node> successes() const { return successes_; }
    void forget_ends() { failures_.clear(), successes_.clear(); }

    // Services that were looked at again since forget_touched(), each once: all whose state, goal or reason to wait may
    // be another now.
    std::span<const node> touched() const { return touched_; }
    void forget_touched();

    // Whoever is active and hard-depends on, or is part of, `which` is restarted with it, and so is it itself; what is
    // at rest is started. Takes no memory.
    void restart(node which);
    // Starts it again although it gave up.
    void retry(node which);

    // ---- answers
    const depengine::graph& services() const { return *graph_; }
    const observation& seen(node which) const { return state_[which].seen; }
    const wish& wished(node which) const { return state_[which].asked; }
    const standing& stands(node which) const { return shown_[which]; }
    bool goal(node which) const { return shown_[which].goal; }
    // The letter that was sent and not yet taken; 0: none.
    char in_flight(node which) const { return state_[which].in_flight; }
    bool deaf(node which) const { return state_[which].deaf; }
    // Nothing is left to do for it: it is where it should be, or held, or gave up.
    bool settled(node which) const;
    wait_reason waits_for(node which) const;
    // Why it is not down yet although it is not to run.
    wait_reason stop_waits_for(node which) const { return turn_[which].wait; }
    // The chain of reasons from `which` to its root, for printing. At most `into.size()` steps.
    std::size_t why(node which, std::span<wait_reason> into) const;
    // If something waits although nothing is on its way: the nodes that wait for each other. Empty in a sound engine.
    std::vector<node> stalled() const;
    // Who keeps it up: its own intent (itself), a holder, or no_node.
    node holder(node which) const;

private:
    // What is asked of it at every turn comes first, and fills one line of the processor's cache.
    struct alignas(64) service {
        wish asked;
        std::uint64_t promised = 0;   // commands that will have been taken once all that was sent is
        std::uint64_t sent_to = 0;    // the supervisor's life that it was sent to
        char in_flight = 0;           // the letter that was sent and not yet taken
        bool alone_in_flight = false; // and no other letter of an engine with it
        bool deaf = false;            // the last letter could not be written
        bool tried = false;           // the supervisor has taken the u of this start
        observation seen;
    };
    // Whose turn it is, and what stood in the way at the last one.
    struct alignas(32) turn {
        wait_reason held;         // why it is not to run
        wait_reason wait;         // why it is not yet where it is going
        std::uint32_t cursor = 0; // where the scan that `wait` ended goes on: nothing before it is in the way
        std::uint32_t epoch = 0;  // what `flips` counts for
        std::uint32_t stuck = 0;  // the settle() in which it had to stay held
        std::uint8_t flips = 0;   // how often it was to run and then not
        enum : std::uint8_t { asleep, resume, anew } wake : 2 = asleep; // not asleep: it is in woken_
        bool undecided : 1 = false;                                     // it is in to_decide_
        bool due : 1 = false;                                           // it is in to_act_
        bool touched : 1 = false;                                       // it is in touched_
    };

    // reconciler.cpp
    static bool is_of_others(const service& it, const observation& now);
    void wake(node which, bool anew);
    void decide_again(node which);
    void act_again(node which);
    void order_again(node which);
    void wake_neighbours(node which, standing before, standing after);
    void evaluate(node which);
    void publish(node which, bool run);
    void show(node which, standing now);
    standing look(node which, bool run) const;
    void report_end(node which, standing before);
    bool held_by_failure(node which) const;
    // reconciler_goals.cpp
    void compute_goals();
    bool beats(node one, node other) const;
    // reconciler_actions.cpp
    void decide(node which);
    void advance_action(service& it);
    void set_action(node which, action what);
    void set_run(node which, bool run);
    void notice_hand(node which);
    void act(node which);
    void send(node which, char letter);
    // reconciler_order.cpp: what holds up a run, a start or a stop; true: nothing does
    bool can_run(node which);
    bool may_start(node which);
    bool may_stop(node which);
    bool must_follow(node which) const;
    bool available(node which) const { return shown_[which].run && !shown_[which].gave_up; }
    bool blocked(node which, waiting why, node other, std::size_t at);
    bool held(node which, waiting why, node other);
    bool is_free(node which);
    void wait_for(wait_reason& slot, wait_reason now);

    const depengine::graph* graph_;
    std::vector<standing> shown_;
    std::vector<turn> turn_;
    std::vector<service> state_;
    std::vector<std::uint32_t> waiters_; // how many turns name it as what they wait for, or are held by
    // Three rounds, each begun only when nobody is left in the ones before: who is to run; what each therefore has to
    // do; and who may do it now. So nobody acts before all know where all others stand.
    node_ring woken_, to_decide_, to_act_;
    std::vector<letter_to> letters_;
    std::vector<node> failures_, successes_, work_, touched_;
    std::uint32_t in_turn_ = 0; // how many wait for their turn to start or stop
    std::uint32_t falling_ = 0; // how many of shown_ fall
    std::uint32_t round_ = 0, epoch_ = 0;
    bool goals_stale_ = true, wishes_changed_ = false, actions_ended_ = false;
};

} // namespace reeve::depengine
