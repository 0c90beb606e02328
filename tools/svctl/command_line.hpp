// The command line of svctl, and the table of its verbs: help, parser, manual check and tests go by it.
#pragma once

#include "tools/svctl/options.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace reeve::svctl {

// What stands behind a verb, for completion.
enum class operand : std::uint8_t { none, services, files, words };

struct verb_word {
    std::string_view name, help;
    operand operands;
};
std::span<const verb_word> verb_words();

// Nothing after --help and --version, which are answered on stdout. Throws verb_error (100) for what cannot be
// understood.
std::optional<command_options> parse_command_line(int argc, char** argv);

} // namespace reeve::svctl
