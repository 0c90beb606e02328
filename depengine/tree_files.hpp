// What the engine and svscan tell each other, in .svscan/ of the scan directory or of STATE_ROOT: which tree it is, that the tree is to
// stop, and with which code.
#pragma once

#include "chainload/result.hpp"
#include "depengine/tree_place.hpp"
#include "supervise/status_record.hpp"

namespace reeve::depengine {

// The tree's id: the first 32 digits of .svscan/tree. ENOENT: no svscan has been here yet.
chainload::result<supervise::tree_id> read_tree_id(const tree_place& where);

// .svscan/control gets `t`: svscan stops the tree.
chainload::result<void> stop_tree(const tree_place& where);

// .svscan/exit-code: what svscan exits with.
chainload::result<void> write_exit_code(const tree_place& where, unsigned code);

} // namespace reeve::depengine
