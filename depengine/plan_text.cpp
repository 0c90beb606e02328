// Why each step of a plan is there, found from the reconciler that the plan was tried out with; and in words.
#include "depengine/draft.hpp"

namespace reeve::depengine {

namespace {
constexpr relations followed = lasting | set_of(relation::part_of);

// The first relation of those that is between the two, as a word.
std::string word_for(const graph& all, node from, node to, relations of) {
    for (const link& edge : all.out(from))
        if (edge.other == to)
            for (const auto& row : relation_table)
                if ((edge.what & of & set_of(row.which)) != 0) return std::string(row.name);
    return "needs";
}
} // namespace

plan_step planner::explained(const draft& wanted, const reconciler& world, letter_to step,
                             std::uint32_t wave) const {
    const graph& all = now_.services();
    node which = step.to;
    auto because = [&](step_reason why, node other = no_node) {
        return plan_step{which, step.letter, why, wave, other};
    };
    const merged* named = wanted.find(which);
    if (named != nullptr && (step.letter == 'u' || named->stop || named->release || named->restart))
        return because(step_reason::asked);
    if (step.letter == 'u') {
        node holder = world.holder(which);
        if (holder == which || holder == no_node) return because(step_reason::asked_before);
        return because(step_reason::held_by, holder);
    }
    if (world.wished(which).run) {
        for (const link& edge : all.out(which))
            if ((edge.what & followed) != 0 && world.stands(edge.other).run &&
                (world.stands(edge.other).falls || world.wished(edge.other).action != action::none))
                return because(step_reason::restarted_with, edge.other);
        return because(step_reason::restarted);
    }
    if (!world.goal(which))
        return because(std::binary_search(wanted.displaced.begin(), wanted.displaced.end(), which)
                           ? step_reason::displaced
                           : step_reason::unwanted);
    wait_reason held = world.waits_for(which);
    if (held.other == no_node || held.other == which) return because(step_reason::held);
    return because(held.why == waiting::conflict ? step_reason::conflict : step_reason::loses, held.other);
}

std::string reason_text(const graph& all, const plan_step& step) {
    auto other = step.other == no_node ? std::string() : std::string(all.name(step.other));
    switch (step.why) {
    case step_reason::asked: return "asked for";
    case step_reason::asked_before: return "was asked for before";
    case step_reason::held_by:
        return "held by " + other + " (" + word_for(all, step.other, step.which, holding) + ")";
    case step_reason::unwanted: return "nothing asks for it any more";
    case step_reason::displaced: return "conflicts with what is started";
    case step_reason::conflict: return "conflicts with " + other;
    case step_reason::loses:
        return word_for(all, step.which, step.other, followed) + " " + other + ", which stops";
    case step_reason::held: return "held";
    case step_reason::restarted: return "restarted";
    case step_reason::restarted_with:
        return "restarted with " + other + " (" + word_for(all, step.which, step.other, followed) + ")";
    case step_reason::reloaded_with: return "reloaded with " + other;
    }
    return "";
}

} // namespace reeve::depengine
