// Other processes as /proc shows them, and pidfds. A pid alone can be recycled at any moment; a pid together
// with its start time cannot, and a pidfd checked against that start time is safe to signal.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <sys/types.h>

namespace reeve::chainload {

struct process_stat {
    char state = '?'; // R S D T Z …
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    std::uint32_t flags = 0; // of the kernel: PF_… in its sched.h, field 9
    std::uint64_t start = 0; // clock ticks since boot, field 22
};

// /proc/PID/stat; pid 0 is the caller. ESRCH or ENOENT if there is no such process.
result<process_stat> read_process_stat(pid_t pid);

// Whether a failure to look at a process means that there is none. Any other (no memory, no descriptors) means that
// nothing is known of it.
inline bool is_gone(const failure& why) {
    return why.error == ESRCH || why.error == ENOENT;
}

// The children of `pid` (0: of the caller), all its threads' included: as many as fit in `into`. What is
// returned can be full: then there may be more. Needs CONFIG_PROC_CHILDREN, which every distribution sets.
result<std::size_t> read_children(pid_t pid, std::span<pid_t> into);

// A pidfd (close-on-exec) of the process that has this pid *and* started at `start`. ESRCH if that is gone.
result<unique_fd> open_process(pid_t pid, std::uint64_t start);

// Sends `signal` through a pidfd.
result<void> signal_process(int pidfd, int signal);

// The wait status of a process that is not (or no longer) our child, through a pidfd opened while it lived:
// nothing before it was reaped, and on kernels before 6.15.
std::optional<int> exit_status_of(int pidfd);

} // namespace reeve::chainload
