// What the engine itself would find wrong with the definitions of a whole tree: cycles, contradictions, conflicts
// between services that one target holds. Reads only; needs no engine.
#pragma once

#include "tools/svctl/definition_check.hpp"

namespace reeve::svctl {

// All of the tree, but for what `found` tells already: that of the same file in the words of check_service().
std::vector<diagnostic> check_graph(const scan_directory& tree, const std::vector<diagnostic>& found);

} // namespace reeve::svctl
