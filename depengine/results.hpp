// How a request ends, for each service it names. Results are never mixed up: a start that its condition skipped is no
// failure, one that waits for something that failed is not itself a failure.
#pragma once

#include "depengine/reconciler.hpp"
#include "depengine/request.hpp"

#include <array>
#include <optional>
#include <string>

namespace reeve::depengine {

enum class ending : std::uint8_t {
    done,
    already,    // it was so before
    skipped,    // its condition said no
    failed,     // text: how
    timeout,    // the client's patience ended; text: the phase it was in
    dependency, // what it needs failed in this attempt; culprit
    held,       // what it needs is not there; culprit
    cancelled,  // the engine ends; by
    superseded, // a newer request wants something else; by
    refused,    // reason
};
inline constexpr std::array<std::string_view, 10> ending_names{
    "done",       "already", "skipped",   "failed",     "timeout",
    "dependency", "held",    "cancelled", "superseded", "refused"};
constexpr std::string_view name_of(ending which) {
    return ending_names[static_cast<std::size_t>(which)];
}
// Whether the client should be told that all is well.
constexpr bool is_success(ending which) {
    return which == ending::done || which == ending::already;
}

struct order_result {
    ending how;
    node culprit = no_node; // for dependency and held: the root of the chain
    std::string text;       // the cause in words: "exited 3", "cycle", the chain
};

// One order of a request that was accepted, as it stood before anything was done.
struct followed_order {
    order what;
    std::uint64_t starts = 0, commands = 0;
    bool was_up = false, was_at_rest = false, was_ready = false;
};
followed_order follow(const reconciler& before, order what);

// The result, as soon as there is one: settle() has been called since the last change.
std::optional<order_result> result_of(const reconciler& now, const followed_order& one);

// "exited 3", "killed by SIGSEGV", "too many deaths": how the last run ended.
std::string end_text(const observation& seen);
// "web -> db -> disk": the chain of what holds a service.
std::string chain_text(const reconciler& now, node which);

} // namespace reeve::depengine
