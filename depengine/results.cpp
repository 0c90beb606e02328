#include "depengine/results.hpp"

#include <csignal>
#include <cstring>
#include <sys/wait.h>

namespace reeve::depengine {

using supervise::phase;

namespace {
constexpr std::size_t longest_chain = 64;

// Why a service that is to run does not, once that is certain.
std::optional<order_result> hindrance(const reconciler& now, node which, const followed_order& one) {
    const standing& stands = now.stands(which);
    if (stands.gave_up) {
        const observation& seen = now.seen(which);
        if (seen.phase == phase::skipped)
            return order_result{ending::skipped, no_node, "its condition said no"};
        if (seen.phase == phase::failed) return order_result{ending::failed, which, end_text(seen)};
        // It ended, and its restart policy leaves it at that.
        bool well =
            seen.starts > one.starts && WIFEXITED(seen.wait_status) && WEXITSTATUS(seen.wait_status) == 0;
        return order_result{well ? ending::done : ending::failed, which, end_text(seen)};
    }
    if (stands.run) return std::nullopt;
    std::array<wait_reason, longest_chain> chain;
    std::size_t steps = now.why(which, chain);
    if (steps == 0) return std::nullopt;
    const wait_reason& root = chain[steps - 1];
    node culprit = root.other == no_node ? which : root.other;
    bool failed = root.why == waiting::gave_up && now.seen(culprit).phase == phase::failed;
    return order_result{failed ? ending::dependency : ending::held, culprit, chain_text(now, which)};
}

std::optional<order_result> start_result(const reconciler& now, const followed_order& one) {
    node which = one.what.which;
    const wish& asked = now.wished(which);
    bool again = one.what.what == verb::restart || one.what.what == verb::try_restart;
    if (asked.intent != intent::up) return order_result{ending::superseded, no_node, "a newer request"};
    if (asked.action == action::none && now.stands(which).ready && now.in_flight(which) == 0) {
        bool fresh = now.seen(which).starts > one.starts;
        return order_result{fresh || again || !one.was_ready ? ending::done : ending::already, no_node, ""};
    }
    if (asked.action != action::none && now.stands(which).run) return std::nullopt;
    return hindrance(now, which, one);
}

std::optional<order_result> stop_result(const reconciler& now, const followed_order& one) {
    node which = one.what.which;
    intent wanted = one.what.what == verb::stop ? intent::down : intent::none;
    if (now.wished(which).intent != wanted)
        return order_result{ending::superseded, no_node, "a newer request"};
    if (now.goal(which)) {
        node holder = now.holder(which);
        auto why = holder == which ? std::string("it persists")
                                   : "held by " + std::string(now.services().name(holder));
        return order_result{ending::done, holder, why};
    }
    if (now.stands(which).active || now.in_flight(which) != 0) return std::nullopt;
    return order_result{one.was_at_rest ? ending::already : ending::done, no_node, ""};
}

std::optional<order_result> letter_result(const reconciler& now, const followed_order& one) {
    const observation& seen = now.seen(one.what.which);
    if (!seen.known) return order_result{ending::failed, no_node, "no supervisor"};
    if (seen.commands <= one.commands) return std::nullopt;
    return order_result{ending::done, no_node, ""};
}
} // namespace

followed_order follow(const reconciler& before, order what) {
    const observation& seen = before.seen(what.which);
    return {what,           seen.starts,
            seen.commands,  before.stands(what.which).active,
            seen.at_rest(), before.stands(what.which).ready};
}

std::optional<order_result> result_of(const reconciler& now, const followed_order& one) {
    switch (one.what.what) {
    case verb::start:
    case verb::isolate:
    case verb::restart: return start_result(now, one);
    case verb::try_restart:
        if (!one.was_up) return order_result{ending::already, no_node, "it is not up"};
        return start_result(now, one);
    case verb::stop:
    case verb::release: return stop_result(now, one);
    case verb::reload_or_start: return one.was_up ? letter_result(now, one) : start_result(now, one);
    case verb::try_reload:
        if (!one.was_up) return order_result{ending::already, no_node, "it is not up"};
        return letter_result(now, one);
    case verb::reload:
    case verb::reset: return letter_result(now, one);
    case verb::verify:
        if (now.stands(one.what.which).ready) return order_result{ending::done, no_node, ""};
        return order_result{ending::failed, no_node,
                            std::string(supervise::name_of(now.seen(one.what.which).phase))};
    }
    return std::nullopt;
}

std::string end_text(const observation& seen) {
    using supervise::cause;
    if (seen.give_up == supervise::give_up::asked) return "told to give up";
    std::string how;
    int status = static_cast<int>(seen.wait_status);
    if (seen.cause == cause::none)
        how = "never started";
    else if (seen.cause == cause::failed)
        how = "the start failed";
    else if (seen.cause == cause::timeout || seen.cause == cause::watchdog || seen.cause == cause::health)
        how = name_of(seen.cause);
    else if (seen.cause == cause::unknown)
        how = "ended, nobody saw how";
    else if (WIFSIGNALED(status)) {
        const char* name = ::sigabbrev_np(WTERMSIG(status));
        how = "killed by " + (name != nullptr ? "SIG" + std::string(name) : std::to_string(WTERMSIG(status)));
    } else
        how = "exited " + std::to_string(WEXITSTATUS(status));
    if (seen.give_up != supervise::give_up::none) how += ", " + std::string(name_of(seen.give_up));
    return how;
}

std::string chain_text(const reconciler& now, node which) {
    std::array<wait_reason, longest_chain> chain;
    std::size_t steps = now.why(which, chain);
    std::string text(now.services().name(which));
    for (std::size_t i = 0; i < steps; ++i)
        if (chain[i].other != no_node &&
            (i == 0 ? chain[i].other != which : chain[i].other != chain[i - 1].other))
            text += " -> " + std::string(now.services().name(chain[i].other));
    return text;
}

} // namespace reeve::depengine
