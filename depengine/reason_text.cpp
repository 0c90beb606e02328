#include "depengine/reason_text.hpp"

#include "depengine/results.hpp"

#include <array>

namespace reeve::depengine {

namespace {
struct reason_row {
    waiting why;
    std::string_view word;
    std::string_view before, after; // around the other's name and relation
};
constexpr std::array<reason_row, 13> reason_table{{
    {waiting::nothing, "nothing", "", ""},
    {waiting::no_goal, "no-goal", "nothing asks for it", ""},
    {waiting::need, "need", "needs ", ""},
    {waiting::missing, "missing", "needs ", ", and there is no such service"},
    {waiting::cycle, "cycle", "it is on a cycle of services that need each other", ""},
    {waiting::conflict, "conflict", "conflicts with ", ", which runs in its place"},
    {waiting::stopped, "stopped", "is part of ", ", which was stopped or gave up"},
    {waiting::gave_up, "gave-up", "", ""},
    {waiting::start_order, "start-order", "starts once ", " is ready"},
    {waiting::down_first, "down-first", "starts once ", " is down"},
    {waiting::stop_order, "stop-order", "stops once ", " is down"},
    {waiting::supervisor, "supervisor", "its supervisor has not taken the last command yet", ""},
    {waiting::contradiction, "contradiction", "needs two services that conflict: ", " is one of them"},
}};
static_assert([] {
    for (std::size_t i = 0; i < reason_table.size(); ++i)
        if (static_cast<std::size_t>(reason_table[i].why) != i) return false;
    return true;
}());

const reason_row& row_of(waiting why) {
    return reason_table[static_cast<std::size_t>(why)];
}

// Why a service that is needed is not there.
std::string_view lack_of(const reconciler& now, node other) {
    if (now.stands(other).gave_up) return ", which gave up";
    if (now.wished(other).intent == intent::down) return ", which was stopped by hand";
    if (!now.goal(other)) return ", which is not asked for";
    return now.stands(other).run ? ", which is not ready" : ", which is held itself";
}
} // namespace

std::string_view word_of(waiting why) {
    return row_of(why).word;
}

wait_reason reason_to_tell(const reconciler& now, node which) {
    if (!now.stands(which).falls) return now.waits_for(which);
    wait_reason stop = now.stop_waits_for(which);
    bool delayed = stop.why == waiting::stop_order || stop.why == waiting::supervisor;
    return delayed ? stop : now.waits_for(which);
}

std::string reason_text(const reconciler& now, node which, const wait_reason& reason) {
    const graph& all = now.services();
    if (reason.why == waiting::gave_up) {
        const observation& seen = now.seen(which);
        if (seen.phase == supervise::phase::skipped) return "its condition said no";
        if (seen.phase != supervise::phase::failed && seen.want == supervise::want::down)
            return "was stopped without the engine";
        return end_text(seen);
    }
    if (reason.why == waiting::supervisor && !now.seen(which).known) return "it has no supervisor yet";
    if (reason.why == waiting::supervisor && now.deaf(which)) return "its supervisor takes no commands";
    if (reason.why == waiting::no_goal && now.wished(which).intent == intent::down)
        return "was stopped by hand";
    const reason_row& row = row_of(reason.why);
    std::string text(row.before);
    if (reason.other == no_node || reason.other == which) return text;
    text += all.name(reason.other);
    if (reason.why == waiting::need)
        for (const link& edge : all.out(which))
            for (const auto& relation : relation_table)
                if (edge.other == reason.other && text.back() != ')' &&
                    (edge.what & (needing | lasting) & set_of(relation.which)) != 0)
                    ((text += " (") += relation.name) += ')';
    text += reason.why == waiting::need ? lack_of(now, reason.other) : row.after;
    return text;
}

} // namespace reeve::depengine
