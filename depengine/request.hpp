// What can be asked of the engine: verbs, modes, and how it ends. The tables drive the parser, svctl, its completion,
// the manual check and the tests.
#pragma once

#include "depengine/graph.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::depengine {

struct verb_row {
    verb which;
    std::string_view name;
    std::string_view help;
};
inline constexpr std::array<verb_row, 11> verb_table{{
    {verb::start, "start", "start it, and what it needs"},
    {verb::stop, "stop", "stop it, after what needs it"},
    {verb::release, "release", "take back a start: it stops unless something else holds it"},
    {verb::restart, "restart", "stop and start it, and what needs it and is up"},
    {verb::try_restart, "try-restart", "restart it if it is up"},
    {verb::reload, "reload", "let it read its configuration again"},
    {verb::try_reload, "try-reload", "reload it if it is up"},
    {verb::reload_or_start, "reload-or-start", "reload it if it is up, else start it"},
    {verb::verify, "verify", "succeed if it is up and ready"},
    {verb::reset, "reset", "clear a failure, without a start"},
    {verb::isolate, "isolate", "start it, and stop all that it does not hold"},
}};
static_assert([] {
    for (std::size_t i = 0; i < verb_table.size(); ++i)
        if (static_cast<std::size_t>(verb_table[i].which) != i) return false;
    return true;
}());

constexpr std::string_view name_of(verb which) {
    return verb_table[static_cast<std::size_t>(which)].name;
}
constexpr const verb_row* find_verb(std::string_view name) {
    for (const auto& row : verb_table)
        if (row.name == name) return &row;
    return nullptr;
}

enum class mode : std::uint8_t { replace, fail, no_stop, irreversible, only, ignore_order };

struct mode_row {
    mode which;
    std::string_view name;
    std::string_view help;
};
inline constexpr std::array<mode_row, 6> mode_table{{
    {mode::replace, "replace", "the newer wish wins"},
    {mode::fail, "fail", "refused if it would undo what another request is doing"},
    {mode::no_stop, "no-stop", "refused if it would stop anything that is not named"},
    {mode::irreversible, "irreversible", "later requests that would undo it are refused"},
    {mode::only, "only", "relations count for nothing"},
    {mode::ignore_order, "ignore-order", "nothing waits for its turn"},
}};
constexpr std::string_view name_of(mode which) {
    return mode_table[static_cast<std::size_t>(which)].name;
}
constexpr const mode_row* find_mode(std::string_view name) {
    for (const auto& row : mode_table)
        if (row.name == name) return &row;
    return nullptr;
}

struct order {
    verb what;
    node which;
    bool operator==(const order&) const = default;
};

// A set: the order of its elements means nothing.
struct request {
    std::vector<order> orders;
    mode how = mode::replace;
    bool by_hand = true; // `refuse` files are heeded
    std::string owner;   // who asks, for refusals: "svctl, uid 0, pid 4711"
};

} // namespace reeve::depengine
