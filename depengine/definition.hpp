// What a service directory says to the engine: kind, flags and relations, by name. As written: whether the others
// exist is the graph's matter.
#pragma once

#include "depengine/relations.hpp"
#include "supervise/settings.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::depengine {

// What can be asked for by hand. The order is that of verb_table in request.hpp.
enum class verb : std::uint8_t {
    start,
    stop,
    release,
    restart,
    try_restart,
    reload,
    try_reload,
    reload_or_start,
    verify,
    reset,
    isolate,
};

// A set of the verbs that `refuse` can name.
struct refused_verbs {
    bool start = false, stop = false, restart = false, reload = false;
    bool operator==(const refused_verbs&) const = default;
};

struct stated_edge {
    relation which;
    bool reversed;     // stated from the other end
    std::string other; // the entry's name
    bool operator==(const stated_edge&) const = default;
};

struct definition {
    std::string name;
    supervise::service_kind kind = supervise::service_kind::incomplete;
    bool down = false;  // not to be started by itself
    bool early = false; // its supervise starts it without the engine
    bool persistent = false, essential = false, keep_on_isolate = false;
    refused_verbs refuse;
    std::vector<stated_edge> edges; // in the order of their directories' names and then their own
    bool operator==(const definition&) const = default;
};

// Something wrong with a definition. Problems are collected, never thrown: one wrong file costs that file only.
struct diagnostic {
    std::string service; // whose definition
    std::string file;    // path below the scan directory: "web/requires/db"
    std::string text;    // what is wrong
    std::string hint;    // what may have been meant; may be empty
    bool operator==(const diagnostic&) const = default;
};

} // namespace reeve::depengine
