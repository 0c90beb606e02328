// Settings of the process itself that are files of /proc/self: uid_map, timens_offsets and others.
#pragma once

#include "chainload/result.hpp"

#include <string_view>

namespace reeve::chainload {

// Writes `text` to such a file, in one write. After a change of rights these files are root's until the next exec, which
// in a fused chain has not come yet: the process is then made to be its user's again, as exec would, while it writes.
result<void> write_own_proc_file(const char* path, std::string_view text, const char* step);

} // namespace reeve::chainload
