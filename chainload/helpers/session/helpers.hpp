// Its session and its name: the helpers of chainload-session(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_pgrphack(char** arguments, process& self);
next run_setsid(char** arguments, process& self);
next run_argv0(char** arguments, process& self);
next run_fghack(char** arguments, process& self);
next run_controlling_tty(char** arguments, process& self);
next run_pdeathsig(char** arguments, process& self);
next run_subreap(char** arguments, process& self);
next run_signals(char** arguments, process& self);

// clang-format off
inline constexpr helper session_helpers[] = {
    {"pgrphack", run_pgrphack, "child", "run in a process group of its own", usage_error, system_error},
    {"setsid", run_setsid, "PROGRAM ...", "run in a session of its own"},
    {"argv0", run_argv0, "PROGRAM NAME [ARGUMENT ...]", "run a program under another name"},
    {"fghack", run_fghack, "child", "wait for a program that goes into the background", usage_error, system_error},
    {"controlling-tty", run_controlling_tty, "[-f] TTY PROGRAM ...", "run in a session with a terminal"},
    {"pdeathsig", run_pdeathsig, "SIGNAL PROGRAM ...", "get a signal when the parent ends"},
    {"subreap", run_subreap, "[-k DURATION] [-s SIGNAL] PROGRAM ...", "wait for all that a program has started"},
    {"signals", run_signals, "[-i LIST] [-d LIST] [-b LIST] [-u LIST] ... PROGRAM ...", "ignore, block and reset signals"},
};
// clang-format on

} // namespace reeve::chainload
