// What a request would do, without doing it: (reconciler, request) -> a plan, or a refusal with all reasons. All or
// nothing. The plan is found by letting a copy of the reconciler work in a world where every letter succeeds, so it
// cannot differ from what will be done unless the world does.
#pragma once

#include "depengine/reconciler.hpp"
#include "depengine/request.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace reeve::depengine {

// Why a step is there. reason_text() puts it in words.
enum class step_reason : std::uint8_t {
    asked,        // the request names it
    asked_before, // an older request does
    held_by,      // `other` needs it or would like it
    unwanted,     // nothing asks for it any more
    displaced,    // it conflicts with what is started
    conflict,     // it conflicts with `other`
    loses,        // what it needs, `other`, stops
    held,         // it cannot run
    restarted,
    restarted_with, // because `other` is
    reloaded_with,
};

struct plan_step {
    node which;
    char letter; // u d; l reload, 0 reset
    step_reason why;
    std::uint32_t wave; // steps of one wave wait for none of each other; waves follow each other
    node other;         // whom the reason is about, or no_node
};
// "asked for", "held by web (requires)", "requires db, which stops", …
std::string reason_text(const graph& all, const plan_step& step);

struct plan {
    std::vector<plan_step> steps;
    std::vector<std::pair<node, wait_reason>> held; // asked for or held up, and will not run
    std::vector<std::string> notes;                 // intents of others that this changes
    std::uint64_t hash = 0;                         // of the request and the steps
};

struct outcome {
    depengine::plan plan;
    std::vector<std::string> refusals; // not empty: refused, and nothing has changed
    explicit operator bool() const { return refusals.empty(); }
};

// An irreversible request that is still in force.
struct irreversible_lock {
    std::string owner; // empty: there is none
    std::vector<order> orders;
};

class planner {
public:
    // Both must outlive the planner. The reconciler has been settled since its last change.
    planner(const reconciler& now, const irreversible_lock& lock)
        : now_(now)
        , lock_(lock) {}

    outcome plan_of(const request& what) const;
    // The same, and it is done: `into` is the reconciler that the plan was made for. Reloads and resets, which are no
    // wishes but letters for once, are the steps with the letters l and 0: the caller sends them.
    outcome apply(const request& what, reconciler& into) const;
    // What will be done if nobody asks for anything: after a change of definitions.
    depengine::plan what_is_due() const;

private:
    struct draft; // the request merged, and what follows from it: draft.hpp
    outcome work_out(const request& what, draft& wanted) const;
    draft merge(const request& what, outcome& found) const;
    void check(const request& what, const draft& wanted, outcome& found) const;
    void write(const draft& wanted, reconciler& into, std::vector<std::string>* notes) const;
    void simulate(draft& wanted, outcome& found, bool alone = false) const; // alone: there is no request
    plan_step explained(const draft& wanted, const reconciler& world, letter_to step,
                        std::uint32_t wave) const;
    void find_followers(draft& wanted, reconciler& world, const std::vector<bool>& goal_before) const;
    void check_mode(const request& what, const draft& wanted, outcome& found) const;

    const reconciler& now_;
    const irreversible_lock& lock_;
};

} // namespace reeve::depengine
