// .depengine/intents as text: what was asked for, and what the engine is about to do. One line per service, after a
// line that names the tree: those of another tree count for nothing. Meant to be read by people too:
//
//   tree 0123456789abcdef0123456789abcdef
//   db - run
//   web up run restart>3
//   old down stop
//
// NAME, then what was asked for (up, down, or - for nothing), then any of: run (it was to run), start>N, restart>N,
// again>N (a restart whose stop is done), stop (what is being done; N is the number of starts to exceed), only,
// ignore-order, acted=N.
#pragma once

#include "depengine/definition.hpp"
#include "depengine/service_state.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::depengine {

using wish_list = std::map<std::string, wish, std::less<>>;

struct parsed_intents {
    std::optional<supervise::tree_id>
        tree; // nothing: the first line is not what it should be, and all is ignored
    wish_list wishes;
    std::vector<diagnostic> problems; // lines that were left out
};
parsed_intents parse_intents(std::string_view text);

// Appends one line, and the first line. Nothing but `into` takes memory.
void format_tree(const supervise::tree_id& tree, std::string& into);
void format_wish(std::string_view name, const wish& one, std::string& into);

} // namespace reeve::depengine
