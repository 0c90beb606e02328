// A compressed old log file as a file that can be read, and read backwards.
#pragma once

#include "chainload/unique_fd.hpp"

namespace reeve::svctl {

// What the zstd file holds, in memory, to be read from its begin; nothing if it is no such file or cut. A file whose end
// is damaged gives what is before that.
chainload::unique_fd unpack_zstd(int fd);

} // namespace reeve::svctl
