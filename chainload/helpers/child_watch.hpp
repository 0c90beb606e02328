// For helpers that stay as the parent of a program: a child, the waiting for its end, and signals meanwhile.
//
// While a watch is there signals wait until they are asked for, but for those that tell of a fault or stop a job; its end
// puts back what it found. In a child that was forked meanwhile, too: there it ends when the helper returns.
#pragma once

#include "chainload/result.hpp"

#include <csignal>
#include <cstdint>
#include <sys/types.h>

namespace reeve::chainload {

class child_watch {
public:
    static constexpr std::int64_t no_deadline = -1;

    child_watch();
    // Mask and SIGCHLD are as before; and what came in attend() and would have ended this helper does so now.
    ~child_watch();
    child_watch(const child_watch&) = delete;
    child_watch& operator=(const child_watch&) = delete;

    // 0 in the child. With `own_group` it leads a process group of its own, as both sides may rely on.
    result<pid_t> fork_child(bool own_group = false);

    // Waits for a signal, SIGCHLD included, until `deadline_ms` (monotonic). Its number, or 0: the deadline has passed.
    int await_signal(std::int64_t deadline_ms = no_deadline);
    // Sends the signal that await_signal returned last on to `target`, a pid or a negated group; unless it was SIGCHLD,
    // or the terminal sent it, which sends to the whole group: then only a target that is another group gets it.
    void pass_on(pid_t target) const;
    // Waits for the end of `child` and passes on to it what comes. The wait status.
    int attend(pid_t child);

private:
    sigset_t awaited_, mask_before_;
    struct sigaction child_before_;
    siginfo_t last_{};
    int delayed_ = 0; // what came in attend()
};

// The exit code that stands for a wait status: as shells have it, 128 and the signal's number.
int exit_code_of(int wait_status);

} // namespace reeve::chainload
