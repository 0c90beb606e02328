// What the processes of a service use, as /proc and its cgroup say. One pass over /proc serves all services.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

namespace reeve::svctl {

struct usage {
    std::uint64_t cpu_ms = 0;       // user and system time, waited-for children included
    std::uint64_t memory_bytes = 0; // resident, shared pages in proportion; of a cgroup what it is charged
    std::uint32_t processes = 0;
};

class process_table {
public:
    // Reads all of /proc once. What may not be read (hidepid) is just not there.
    process_table();

    // The processes that belong to a service: all below `supervise` and all from `main` down. If `main` stands
    // in a cgroup of its own, other than supervise's, memory and cpu are that cgroup's.
    std::optional<usage> used_by(pid_t main, pid_t supervise) const;

private:
    struct process {
        pid_t parent;
        std::uint64_t cpu_ms, memory_bytes;
    };
    void add_tree(pid_t root, bool with_root, std::vector<pid_t>& into) const;

    std::unordered_map<pid_t, process> processes_;
    std::unordered_multimap<pid_t, pid_t> children_;
};

} // namespace reeve::svctl
