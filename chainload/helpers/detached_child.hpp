// A child that is nobody's: of which the program that its helper becomes will hear nothing, neither by SIGCHLD nor
// from wait.
#pragma once

#include "chainload/result.hpp"

#include <sys/types.h>

namespace reeve::chainload {

// 0 in the child, its pid in the caller. Its parent is the nearest reaper. Nothing is left open in either.
result<pid_t> fork_detached();

} // namespace reeve::chainload
