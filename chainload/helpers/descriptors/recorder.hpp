// Passes on what a program reads and writes, and shows it on standard error.
#pragma once

#include <sys/types.h>

namespace reeve::chainload {

// From standard input to `to_program`, from `from_program` to standard output, until the latter has ended or nobody
// takes it any more. Neither direction waits for the other. `pid` is what the lines begin with.
void run_recorder(int to_program, int from_program, pid_t pid);

} // namespace reeve::chainload
