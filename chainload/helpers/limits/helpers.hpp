// How much of the machine it gets: the helpers of chainload-limits(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_softlimit(char** arguments, process& self);
next run_hardlimit(char** arguments, process& self);
next run_ulimit(char** arguments, process& self);
next run_nice(char** arguments, process& self);
next run_ionice(char** arguments, process& self);
next run_sched(char** arguments, process& self);
next run_cpus(char** arguments, process& self);
next run_oom_score(char** arguments, process& self);
next run_timerslack(char** arguments, process& self);

// clang-format off
inline constexpr helper limits_helpers[] = {
    {"softlimit", run_softlimit,
     "[-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] [-m membytes] [-o openfiles] "
     "[-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child",
     "set soft resource limits", usage_error, system_error},
    {"hardlimit", run_hardlimit,
     "[-a ALLBYTES] [-c COREBYTES] [-d DATABYTES] [-f FILEBYTES] [-l LOCKBYTES] [-m MEMBYTES] [-o OPENFILES] "
     "[-p PROCESSES] [-r RESIDENTBYTES] [-s STACKBYTES] [-t CPUSECS] PROGRAM ...",
     "set hard resource limits"},
    {"ulimit", run_ulimit, "[-S | -H] RESOURCE=SOFT:HARD ... PROGRAM ...", "set resource limits by name"},
    {"nice", run_nice, "[-n INCREMENT] PROGRAM ...", "change the niceness"},
    {"ionice", run_ionice, "[-c CLASS] [-n LEVEL] [-t] PROGRAM ...", "set the class and level of disk accesses"},
    {"sched", run_sched, "[-R] [-p PRIORITY] [-T RUNTIME] [-D DEADLINE] [-P PERIOD] POLICY PROGRAM ...", "set the scheduling policy"},
    {"cpus", run_cpus, "[-t] LIST PROGRAM ...", "say which CPUs it may run on"},
    {"oom-score", run_oom_score, "SCORE PROGRAM ...", "say how soon to end it when memory runs out"},
    {"timerslack", run_timerslack, "SLACK PROGRAM ...", "say how late its timers may be"},
};
// clang-format on

} // namespace reeve::chainload
