// A process beside the program that its helper becomes: neither its child nor its parent, so that the program sees
// nothing of it. It ends when the program does, and takes no signals that are meant for both.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <csignal>
#include <cstdint>
#include <span>
#include <sys/types.h>

namespace reeve::chainload {

class program_watcher {
public:
    // 0 in the watcher, its pid in the caller, which goes on to be the program. In the watcher `keep` and standard
    // error are open, standard input and output are /dev/null, and all signals are blocked.
    result<pid_t> fork(std::span<const int> keep);

    // For the watcher:
    pid_t program() const { return program_; }
    const sigset_t& mask_before() const { return mask_before_; }
    enum class event { program_ended, ready, deadline };
    // Waits for the program's end, for `fd` (-1: none) to have one of `events`, or for the deadline (monotonic ms).
    event await(std::int64_t deadline_ms, int fd = -1, short events = 0) const;

private:
    pid_t program_ = -1;
    unique_fd pidfd_;
    sigset_t mask_before_;
};

inline constexpr std::int64_t no_deadline = INT64_MAX;
// So many ms from now.
std::int64_t deadline_after(std::int64_t ms);

} // namespace reeve::chainload
