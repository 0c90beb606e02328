// What clients send, depengine-protocol(7): one line in, one message or one sentence about the field that is wrong.
// Pure: names are not looked up here, and rights are not checked.
#pragma once

#include "depengine/request.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace reeve::depengine {

inline constexpr std::size_t longest_line = 65536; // its newline included
inline constexpr std::size_t longest_key = 128;

enum class asking : std::uint8_t {
    verbs, // one verb of verb_table
    change,
    plan,
    apply,
    status,
    why,
    graph,
    blame,
    diff,
    reload_definitions,
    subscribe,
    shutdown,
};

struct asking_row {
    asking what;
    std::string_view name; // of "do"; empty: a verb
    bool reads;            // it changes nothing: group members may ask for it
};
inline constexpr std::array<asking_row, 12> asking_table{{
    {asking::verbs, "", false},
    {asking::change, "change", false},
    {asking::plan, "plan", true},
    {asking::apply, "apply", false},
    {asking::status, "status", true},
    {asking::why, "why", true},
    {asking::graph, "graph", true},
    {asking::blame, "blame", true},
    {asking::diff, "diff", true},
    {asking::reload_definitions, "reload-definitions", false},
    {asking::subscribe, "subscribe", true},
    {asking::shutdown, "shutdown", false},
}};
static_assert([] {
    for (std::size_t i = 0; i < asking_table.size(); ++i)
        if (static_cast<std::size_t>(asking_table[i].what) != i) return false;
    return true;
}());
constexpr const asking_row& row_of(asking what) {
    return asking_table[static_cast<std::size_t>(what)];
}

struct named_order {
    verb what;
    std::string service;
    bool operator==(const named_order&) const = default;
};

struct message {
    asking what = asking::status;
    std::vector<named_order> orders; // verbs, change, plan, apply; none twice, in a fixed order
    mode how = mode::replace;
    std::string key;                   // empty: none
    std::optional<std::uint64_t> hash; // apply
    std::uint32_t timeout_ms = 0;      // 0: none
    std::vector<std::string> services; // status, why, graph, subscribe; empty: all
    bool tree = false;                 // shutdown
};

// `line` without its newline. The error completes "error: …": "mode: is not one of replace, fail, …".
std::variant<message, std::string> parse_message(std::string_view line);

} // namespace reeve::depengine
