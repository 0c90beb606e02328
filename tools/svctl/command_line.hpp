// The command line of svctl, and the table of its verbs: help, parser, manual check and tests go by it.
#pragma once

#include "tools/svctl/options.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::svctl {

// What stands behind a verb, for completion: the words of a list of its own, verbs of the engine and services, ...
enum class operand : std::uint8_t { none, services, files, words, requests };

struct verb_word {
    std::string_view name, help;
    operand operands;
};
std::span<const verb_word> verb_words();

// What the parser takes behind a verb.
struct verb_syntax {
    std::vector<std::string> options; // "--json"; those that all verbs have are not among them
    std::vector<std::string> words;   // if its operand is one of a list
};
verb_syntax syntax_of(std::string_view verb);

// Nothing after --help and --version, which are answered on stdout. Throws verb_error (100) for what cannot be
// understood.
std::optional<command_options> parse_command_line(int argc, char** argv);

} // namespace reeve::svctl
