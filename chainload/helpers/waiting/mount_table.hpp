// What is mounted, as /proc/self/mountinfo tells it (proc_pid_mountinfo(5)).
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <cstdint>
#include <string_view>

namespace reeve::chainload {

class mount_table {
public:
    result<void> open();

    // Whether something is mounted at the directory `what`, or `what` is a device, or the name of a source ("tmpfs",
    // "server:/export"), that is mounted somewhere. Symlinks are followed.
    result<bool> has(const char* what) const;

    // Until the table has changed since it was opened or last waited for; false: `deadline_ms` (monotonic, negative for
    // none) has passed.
    result<bool> wait(std::int64_t deadline_ms) const;

private:
    unique_fd table_;
};

// One line of the table: true if it is about the mount point or source `path`, or the block device `device`
// ("8:1", or empty).
bool is_mount_of(std::string_view line, std::string_view path, std::string_view device);

} // namespace reeve::chainload
