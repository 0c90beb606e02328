// The descriptors it gets: the helpers of chainload-descriptors(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_setlock(char** arguments, process& self);
next run_redirfd(char** arguments, process& self);
next run_fdmove(char** arguments, process& self);
next run_fdclose(char** arguments, process& self);
next run_fdswap(char** arguments, process& self);
next run_pipe_to(char** arguments, process& self);
next run_recordio(char** arguments, process& self);

// clang-format off
inline constexpr helper descriptors_helpers[] = {
    {"setlock", run_setlock, "[ -nNxX ] [ -t duration ] file program [ arg ... ]", "hold a lock on a file", usage_error, system_error},
    {"redirfd", run_redirfd, "-r|-w|-u|-a|-x [-n] [-b] FD FILE PROGRAM ...", "open a file as a descriptor"},
    {"fdmove", run_fdmove, "[-c] TO FROM PROGRAM ...", "renumber or copy a descriptor"},
    {"fdclose", run_fdclose, "FD PROGRAM ...", "close a descriptor"},
    {"fdswap", run_fdswap, "A B PROGRAM ...", "exchange two descriptors"},
    {"pipe-to", run_pipe_to, "[-d] [-e] { COMMAND ... } PROGRAM ...", "pipe the output into a command"},
    {"recordio", run_recordio, "program [ arg ... ]", "show what a program reads and writes", usage_error, system_error},
};
// clang-format on

} // namespace reeve::chainload
