// The capabilities of the process itself, around a new user namespace. Whoever makes one has all of them there, but an
// exec takes them from everybody except its root. In a fused chain there is no exec: it is done here instead, so that
// both ways are the same.
#pragma once

#include "chainload/result.hpp"

namespace reeve::chainload {

// What an exec would do to the process that has just made or entered a user namespace; `keep`: all that are permitted
// outlast an exec, as ambient ones (Linux 4.3).
result<void> settle_capabilities(bool keep);

} // namespace reeve::chainload
