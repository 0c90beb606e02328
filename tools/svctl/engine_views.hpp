// Adds what the engine says to what the files say, where an engine runs and answers.
#pragma once

#include "tools/svctl/snapshot.hpp"

namespace reeve::svctl {

// Leaves all as it is if no engine runs, it may not be asked, or it does not answer within a second.
void add_engine_views(const scan_directory& tree, std::vector<snapshot>& services);

} // namespace reeve::svctl
