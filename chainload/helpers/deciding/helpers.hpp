// Whether, when and for how long it runs: the helpers of chainload-deciding(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_if(char** arguments, process& self);
next run_foreground(char** arguments, process& self);
next run_background(char** arguments, process& self);
next run_tryexec(char** arguments, process& self);
next run_time_limit(char** arguments, process& self);
next run_assert(char** arguments, process& self);
next run_skip_unless(char** arguments, process& self);

// clang-format off
inline constexpr helper deciding_helpers[] = {
    {"if", run_if, "[-n] [-X] [-t | -x CODE] { COMMAND ... } PROGRAM ...", "go on if a command succeeds"},
    {"foreground", run_foreground, "{ COMMAND ... } PROGRAM ...", "run a command, then go on"},
    {"background", run_background, "[-d] { COMMAND ... } PROGRAM ...", "run a command beside the program"},
    {"tryexec", run_tryexec, "[-n] [-c] [-l] [-a NAME] { PROGRAM ... } FALLBACK ...", "run a program, or another if there is none"},
    {"time-limit", run_time_limit, "DURATION [-f] [-p] [-s SIGNAL] [-k DURATION] PROGRAM ...", "end a program that takes too long"},
    {"assert", run_assert, "[-q] [-x CODE] EXPRESSION [PROGRAM ...]", "go on if an expression is true, else fail"},
    {"skip-unless", run_skip_unless, "[-x CODE] EXPRESSION [PROGRAM ...]", "go on if an expression is true, else be done"},
};
// clang-format on

} // namespace reeve::chainload
