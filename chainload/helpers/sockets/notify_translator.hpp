// The two directions of notify-bridge, each a watcher beside the program.
#pragma once

#include "chainload/helpers/sockets/readiness_report.hpp"

namespace reeve::chainload {

// The program has a NOTIFY_SOCKET of its own; its READY=1 becomes a newline on the report's descriptor.
next translate_to_newline(readiness_report& report, char** rest, process& self);

// The program writes a newline to descriptor `fd`; it becomes READY=1 to the report's NOTIFY_SOCKET, which the program
// does not see.
next translate_to_notify(readiness_report& report, int fd, char** rest, process& self);

} // namespace reeve::chainload
