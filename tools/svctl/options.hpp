// The command line as the verbs see it. command_line.hpp fills it in.
#pragma once

#include "tools/svctl/colour.hpp"
#include "tools/svctl/graph_text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace reeve::svctl {

struct status_options {
    std::vector<std::string> names;
    bool all = false;
    bool json = false;
};

struct logs_options {
    std::vector<std::string> names;
    bool follow = false;
    std::optional<std::size_t> last; // nothing: all, or with follow 10
    bool all = false;                // asked for explicitly
    std::optional<std::int64_t> since_ms;
    bool utc = false;
    bool raw = false;
    bool json = false;
};

struct init_options {
    std::string directory;
    bool force = false;
};

struct new_options {
    std::string name;
    std::string user;
    std::vector<std::string> needs;
    std::vector<std::string> command;
    bool logger = false;
    bool down = false;
};

struct check_options {
    std::string directory; // empty: that of -C
    bool json = false;
};

// start, stop and the other verbs that the engine knows (depengine/request.hpp).
struct request_options {
    std::string verb;
    std::vector<std::string> names;
    std::vector<std::pair<std::string, std::string>> variables; // for the next start only
    std::string mode, key;
    std::optional<std::int64_t> timeout_ms;
    bool wait = true;
    bool json = false;
};

// plan, and with a hash apply.
struct plan_options {
    std::string hash, verb;
    std::vector<std::string> names;
    std::string mode;
    bool json = false;
};

struct why_options {
    std::vector<std::string> names;
    bool json = false;
};

struct list_options {
    bool json = false;
};

struct blame_options {
    bool json = false;
};

struct graph_options {
    std::vector<std::string> names;
    graph_form form = graph_form::tree;
    bool critical = false;
};

struct events_options {
    std::vector<std::string> names;
    bool json = false;
};

// diff, and reload-definitions if it is to be loaded.
struct diff_options {
    bool load = false;
    bool json = false;
};

struct enable_options {
    std::vector<std::string> names;
    std::string target; // empty: the file `down`
    bool enable = true;
};

struct instance_options {
    std::string pattern, name;
    bool down = false;
};

struct shutdown_options {
    bool wait = false;
    bool services_only = false;
    bool json = false;
};

struct tree_options {
    char letter = 0; // of .svscan/control
};

struct completion_options {
    std::string shell;
};

struct command_options {
    std::string scan_directory; // of -C; empty if not given
    std::string state_root;     // of -S
    colour_choice colours = colour_choice::automatic;
    std::variant<status_options, logs_options, init_options, new_options, check_options, request_options,
                 plan_options, why_options, list_options, blame_options, graph_options, events_options,
                 diff_options, enable_options, instance_options, shutdown_options, tree_options,
                 completion_options>
        verb;
};

} // namespace reeve::svctl
