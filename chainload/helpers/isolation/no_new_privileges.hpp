// Who restricts itself must not be able to hand the restriction to a program with more rights: the kernel wants either
// CAP_SYS_ADMIN or the promise that no exec gives new rights (PR_SET_NO_NEW_PRIVS).
#pragma once

#include "chainload/result.hpp"

#include <sys/prctl.h>

namespace reeve::chainload {

// Calls restrict(), which is a system call: -1 and errno. If rights are missing, with that promise once more.
template <class Restrict>
result<void> restrict_with_promise(Restrict&& restrict, const char* step) {
    if (restrict() >= 0) return {};
    if (errno != EPERM && errno != EACCES) return failed(step);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return failed("give up new privileges");
    if (restrict() >= 0) return {};
    return failed(step);
}

} // namespace reeve::chainload
