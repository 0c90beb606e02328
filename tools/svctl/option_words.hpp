// The words of the command line that mean something of their own: modes, colours, variables, lengths of time. What
// makes no sense throws verb_error (100).
#pragma once

#include "tools/svctl/options.hpp"

#include <string>
#include <vector>

namespace reeve::svctl {

// What the options of logs say as text.
struct logs_words {
    std::string last, since;
};

void settle(logs_options& options, const logs_words& words);

colour_choice parse_colours(const std::string& word);

// Moves the words KEY=VALUE from the names, between which they stand as in a shell, to the variables.
void take_variables(request_options& request);

// A mode that the engine knows, or none.
void check_mode(const std::string& word);

// "a, b, c".
std::string listed(const std::vector<std::string>& words);

} // namespace reeve::svctl
