// Where the tree is. Definitions lie in the scan directory; what svscan and the supervisors write lies there too, or,
// where that cannot be written, below STATE_ROOT (svscan -s): the state of NAME in STATE_ROOT/NAME, which supervise
// makes look like a service directory, svscan's own files in STATE_ROOT/.svscan, the engine's in STATE_ROOT/.depengine.
#pragma once

#include <string>

namespace reeve::depengine {

struct tree_place {
    int scan = -1;
    int state = -1;         // -1: there is no STATE_ROOT
    std::string state_path; // absolute; empty then
};

} // namespace reeve::depengine
