// flock on a file, as daemontools and runit take it: it is held as long as any copy of the descriptor is open,
// also by a child that has not exec'd yet.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

namespace reeve::chainload {

// Opens (creating it 0600) and locks `path`. EWOULDBLOCK, as step "lock", if another process holds it.
result<unique_fd> try_lock(int dir, const char* path);

} // namespace reeve::chainload
