// The command line as the verbs see it. command_line.hpp fills it in.
#pragma once

#include "tools/svctl/colour.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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

struct command_options {
    std::string scan_directory; // of -C; empty if not given
    colour_choice colours = colour_choice::automatic;
    std::variant<status_options, logs_options, init_options, new_options, check_options> verb;
};

} // namespace reeve::svctl
