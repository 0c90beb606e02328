// Namespaces that are to be joined: all are opened before the first is entered, because a mount namespace changes what
// the paths of the others mean.
#pragma once

#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/unique_fd.hpp"

#include <array>
#include <span>
#include <sys/types.h>

namespace reeve::chainload {

class joined_namespaces {
public:
    // Those of a process, of the kinds of `flags` or (0) of all kinds, that are not our own.
    result<void> add_process(pid_t pid, int flags);
    // One that a file stands for.
    result<void> add_file(const namespace_kind& kind, const char* path);
    bool is_empty() const { return !asked_; }
    // The flags of those that were entered.
    result<int> enter();

private:
    struct door {
        unique_fd fd;
        int flag = 0;
    };
    result<void> add(unique_fd fd, int flag);
    // Those of these kinds; `refusals`: that rights are missing is no failure.
    result<void> enter_kinds(int flags, bool refusals);

    std::array<door, 32> doors_;
    std::size_t count_ = 0;
    int entered_ = 0;
    bool asked_ = false;
};

} // namespace reeve::chainload
