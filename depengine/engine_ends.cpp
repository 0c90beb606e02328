// What follows when a service gives up or a oneshot has succeeded, and the shutdown.
#include "depengine/engine.hpp"

#include "chainload/clock.hpp"
#include "depengine/log.hpp"
#include "depengine/planner.hpp"
#include "depengine/tree_files.hpp"

#include <new>
#include <sys/wait.h>

namespace reeve::depengine {

namespace {
// What svscan exits with when this service gives up.
unsigned exit_code_of(const observation& seen) {
    int status = static_cast<int>(seen.wait_status);
    if (WIFSIGNALED(status)) return 128u + static_cast<unsigned>(WTERMSIG(status));
    unsigned code = static_cast<unsigned>(WEXITSTATUS(status));
    return code != 0 || seen.cause == supervise::cause::exited ? code : 111;
}
} // namespace

// True if there was any: then there is something to settle.
bool engine::act_on_ends() {
    if (now_->live.failures().empty() && now_->live.successes().empty() && !essential_ && due_.empty())
        return false;
    try {
        auto failures = now_->live.failures(), successes = now_->live.successes();
        due_.reserve(due_.size() + failures.size() + successes.size());
        for (node one : failures)
            if (now_->services[one].essential) give_up_tree(one);
        for (node one : failures) due_.push_back({one, relation::on_failure});
        for (node one : successes) due_.push_back({one, relation::on_success});
        now_->live.forget_ends(); // each end is acted upon once: it is in the intents
        if (essential_) {
            message what;
            what.tree = true;
            shut_down(0, {}, what, "an essential service, which gave up");
            essential_ = false;
        }
        for (; !due_.empty(); due_.erase(due_.begin())) start_for(due_.front().cause, due_.front().why);
    } catch (const std::bad_alloc&) {
        say(severity::error, "no memory to act on the end of a service; tried again");
        loop_.set(timer::again, chainload::monotonic_ms() + 1000);
        return false;
    }
    return true;
}

// The tree is to end with this service's code.
void engine::give_up_tree(node which) {
    say(severity::error, std::string(now_->services.name(which)) +
                             ": is essential, and gave up: " + end_text(now_->live.seen(which)));
    auto written = write_exit_code(where_, exit_code_of(now_->live.seen(which)));
    if (!written) say(severity::error, unable(written.why()));
    essential_ = true;
}

void engine::start_for(node cause, relation why) {
    for (const link& edge : now_->services.out(cause)) {
        if ((edge.what & set_of(why)) == 0 || (edge.loops && why == relation::on_failure)) continue;
        std::string name(now_->services.name(edge.other)), of(now_->services.name(cause));
        if (!limits_[name].allow(chainload::monotonic_ms())) {
            say(severity::warning, name + ": not started for " + of + ": it was five times in ten seconds");
            continue;
        }
        request asked;
        asked.orders.push_back({verb::start, edge.other});
        asked.by_hand = false;
        asked.owner = of;
        irreversible_lock in_force = lock();
        auto found = planner(now_->live, in_force).apply(asked, now_->live);
        say(severity::info, name + ": started for " + of + " (" + std::string(row_of(why).name) + ")");
        for (const auto& refusal : found.refusals) say(severity::warning, name + ": " + refusal);
    }
}

// Everything but the engine's own service is stopped, and nothing is started any more.
void engine::shut_down(client from, const peer& who, const message& what, const std::string& reason) {
    request asked;
    for (node one = 0; one < now_->services.size(); ++one)
        if (now_->services.exists(one) && now_->services.name(one) != own_service_)
            asked.orders.push_back({verb::stop, one});
    asked.how = mode::irreversible;
    asked.by_hand = false;
    asked.owner = "shutdown by " + (reason.empty() ? who.text() : reason);
    say(severity::info, asked.owner);
    shutdown_.owner = asked.owner;
    shutdown_.orders = asked.orders;
    do_request(from, asked, what, "shutdown", what.tree);
}

} // namespace reeve::depengine
