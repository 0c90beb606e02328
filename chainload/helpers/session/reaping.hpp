// Waiting for a program and for all that it leaves behind.
#pragma once

#include "chainload/helpers/adopted_children.hpp"
#include "chainload/helpers/child_watch.hpp"

#include <csignal>

namespace reeve::chainload {

struct leftovers {
    std::int64_t kill_after_ms =
        -1; // from the signal to SIGKILL; 0: SIGKILL at once; negative: they are waited for
    int signal = SIGTERM;
};

// Until there is no child any more. The exit code of `program`.
int reap_all(pid_t program, const leftovers& rule, child_watch& watch, const adopted_children& below);

} // namespace reeve::chainload
