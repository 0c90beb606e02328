// The engine's lines to its clients, depengine-protocol(7): from what it knows to one line of JSON, without the newline.
// Pure. They take memory, as much as there is to tell.
#pragma once

#include "depengine/difference.hpp"
#include "depengine/planner.hpp"
#include "depengine/results.hpp"
#include "depengine/world.hpp"

#include <span>
#include <string>

namespace reeve::depengine {

// One order of a request and how it ended.
struct ended_order {
    std::string service;
    verb what;
    order_result result;
    std::string culprit; // the name, which outlives the graph
};

struct engine_facts {
    std::int64_t now_ms = 0; // since the epoch
    pid_t pid = 0;
    supervise::tree_id tree{};
    bool manual_reload = false, stopping = false;
};

// Nodes of names that are known, and the names that are not.
struct named {
    std::vector<node> known;
    std::vector<std::string> unknown;
    bool all = false; // none were named: all are meant
};
named look_up(const graph& services, const std::vector<std::string>& names);

std::string plan_line(const world& now, const plan& what, std::uint64_t id);
std::string result_line(std::uint64_t id, std::span<const ended_order> results,
                        std::span<const std::string> refusals);
std::string status_line(const world& now, const named& whom, const engine_facts& facts,
                        const std::vector<bool>& changed_since_start);
std::string why_line(const world& now, const named& whom);
std::string graph_line(const world& now, const named& whom);
std::string blame_line(const world& now);
std::string diff_line(const difference& what, const world& next, const plan& change, bool loaded);
// The event of what is told of it now.
void event_line(const world& now, node which, std::int64_t now_ms, std::string& into);
std::string subscribed_line(const named& whom);

// What there is to tell of a service; an event when it differs from what was told.
told tell_of(const reconciler& now, node which);

} // namespace reeve::depengine
