// The program that a log's file is fed through when it is rotated (!command).
#pragma once

#include "tools/logtools/log.hpp"

namespace reeve::logtools {

// Runs "/bin/sh -c COMMAND" in the log's directory and waits for its end: descriptor 0 is `previous`, 1 `processed`,
// 4 `state`, 5 `newstate`. Only exit 0 is success.
std::optional<trouble> run_processor(int directory, const char* command);

} // namespace reeve::logtools
