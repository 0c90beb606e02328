// flock with a limit to the wait.
#pragma once

#include <cstdint>

namespace reeve::chainload {

// Locks `fd` exclusively: waits so many ms, negative for ever, 0 not at all. -1 and errno: EWOULDBLOCK or ETIMEDOUT if
// another process has it.
int take_lock(int fd, std::int64_t limit_ms);

} // namespace reeve::chainload
