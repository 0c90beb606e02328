// The cgroup (version 2) of one run: a fresh leaf below supervise's own cgroup, with the values of the service's
// cgroup/ directory. A fresh one for each run, because after a cgroup.kill a process born into the same group
// dies at birth (seen on Linux 6.18); joined through cgroup.procs by the child itself.
#pragma once

#include "chainload/message.hpp"
#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <climits>
#include <string_view>
#include <sys/types.h>

namespace reeve::supervise {

class run_cgroup {
public:
    // Makes a leaf for one run and writes the values; what the kernel refuses is said, and left out.
    chainload::result<void> create(int dir, std::string_view service, chainload::messenger& log);
    // Takes over the leaf that `pid` is in, if it is one of this service's.
    bool adopt(int dir, std::string_view service, pid_t pid);
    // Removes the leaf; false if a process is still in it.
    bool remove();

    explicit operator bool() const { return static_cast<bool>(leaf_); }
    // Descriptor of cgroup.procs, open for writing "0"; owned by this.
    int procs() const { return procs_.get(); }
    bool empty() const;
    bool kill();
    bool freeze(bool frozen);

private:
    bool write(const char* file, std::string_view value);
    chainload::unique_fd leaf_, parent_, procs_;
    char name_[NAME_MAX + 1] = "";
};

} // namespace reeve::supervise
