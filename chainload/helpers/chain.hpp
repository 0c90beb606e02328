// Runs a chain: helper after helper in this one process as long as the next word is one of ours, then exec.
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

// Runs `first` on `arguments` and what follows. Returns only if the chain ends without an exec: the exit code;
// the reason has been said.
int run_chain(const helper& first, char** arguments, char** inherited);

} // namespace reeve::chainload
