// The definitions as they were read, the graph of them, the reconciler that works on it, and what the engine notes of
// each service for those who ask. When definitions change, a new world takes over from the old one.
#pragma once

#include "depengine/catalogue.hpp"
#include "depengine/intents.hpp"
#include "depengine/reconciler.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace reeve::depengine {

// What clients were last told of a service.
struct told {
    supervise::phase phase = supervise::phase::down;
    bool goal = false, run = false;
    std::uint32_t pid = 0;
    std::uint64_t starts = 0, deaths = 0;
    waiting why = waiting::nothing;
    node other = no_node;
    bool operator==(const told&) const = default;
};

// When things happened to a service.
struct history {
    std::int64_t since = 0;      // of its phase: ms since the epoch; 0: not known
    std::int64_t commanded = -1; // us, CLOCK_MONOTONIC: when it was told to start by this engine; -1: never
    std::int64_t ready = -1;     // us after that; -1: not yet
    node waited_for = no_node;   // the service it waited for last before that
};

struct world {
    // All members of the graph and the wishes of those names. Who has no wish yet is seen for the first time.
    world(catalogue read, const wish_list& known);
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    // State, wishes and notes of what `before` knows too.
    static std::unique_ptr<world> after(const world& before, catalogue read);

    const catalogue definitions;
    const graph services;
    reconciler live;
    std::vector<depengine::told> told;
    std::vector<depengine::history> history;

private:
    world(const world& before, catalogue read);
};

// What a service is to be at first sight: asked for, unless it has a file `down`.
wish first_wish(const graph& services, node which);

// All problems of the definitions: those found while reading, then those of the graph.
std::vector<diagnostic> problems_of(const world& all);

} // namespace reeve::depengine
