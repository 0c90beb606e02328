// Completion for shells, from the table of verbs: names of services are asked of `svctl list` when they are needed.
#pragma once

#include "tools/svctl/command_line.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace reeve::svctl {

struct completed_verb {
    verb_word verb;
    verb_syntax syntax;
};

// The script for "bash", "zsh" or "fish"; nothing for another shell.
std::optional<std::string> completion_script(std::string_view shell, std::span<const completed_verb> verbs);

} // namespace reeve::svctl
