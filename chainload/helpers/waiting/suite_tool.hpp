// Running the suite's own small clients (svwait, svup): this library does not know services, they do.
#pragma once

#include "chainload/helpers/environment.hpp"
#include "chainload/result.hpp"

namespace reeve::chainload {

// Runs words[0], a tool's name, with the words behind it, and returns its exit code (128 and the number of a signal). It
// is the one beside this program, if there is one, else that of PATH. Signals meanwhile are passed on. `silent`: what it
// says goes nowhere.
result<int> run_suite_tool(char* const* words, environment& variables, bool silent = false);

// The directory of a service called `name`: a name without a slash is that of a service beside the one this process
// belongs to (SERVICE_DIR), else of one in the current directory. nullptr: out of memory.
const char* service_directory(const char* name, environment& variables);

} // namespace reeve::chainload
