// How much of the machine it gets: the helpers of chainload-limits(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_softlimit(char** arguments, process& self);
next run_nice(char** arguments, process& self);
next run_oom_score(char** arguments, process& self);

// clang-format off
inline constexpr helper limits_helpers[] = {
    {"softlimit", run_softlimit,
     "[-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] [-m membytes] [-o openfiles] "
     "[-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child",
     "set soft resource limits", usage_error, system_error},
    {"nice", run_nice, "[-n INCREMENT] PROGRAM ...", "change the niceness"},
    {"oom-score", run_oom_score, "SCORE PROGRAM ...", "say how soon to end it when memory runs out"},
};
// clang-format on

} // namespace reeve::chainload
