// A path as the table of mounts has it: absolute, without symbolic links and "..".
#pragma once

#include "chainload/helpers/isolation/mount_table.hpp"

namespace reeve::chainload {

// Where `path` leads to. Without /proc that cannot be learned: then `path` itself.
result<path_text> resolve_path(const char* path, const char* step);

} // namespace reeve::chainload
