// The command line of svctl: words in, options out.
#pragma once

#include "tools/svctl/options.hpp"
#include "tools/svctl/verb_table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::svctl {

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
