// Finding and exec'ing a program by name, as daemontools' pathexec does.
#pragma once

#include "chainload/result.hpp"

#include <string_view>

namespace reeve::chainload {

// Calls visit(path) for each place where `name` may be: `name` itself if it has a slash, else each directory of
// `search` (default /bin:/usr/bin; an empty entry is the current directory). Stops when visit returns true.
// `visit` sees a text that is only valid during the call.
bool search_program(const char* name, const char* search, bool (*visit)(void*, const char*), void* argument);

// Becomes argv[0] with this environment, found by $PATH of `environment`. Returns only on failure: the first
// error that is not "file does not exist", else that one. Step "run" (the caller adds the name).
failure exec_program(char* const* argv, char* const* environment);

} // namespace reeve::chainload
