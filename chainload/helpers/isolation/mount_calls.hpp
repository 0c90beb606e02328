// System calls for trees of mounts that the C libraries do not know yet: open_tree and move_mount (Linux 5.2),
// mount_setattr (5.12). Numbers and flags: <linux/mount.h>; the numbers are the same on all machines.
#pragma once

#include <cstdint>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

inline constexpr unsigned at_recursive = 0x8000, at_empty_path = 0x1000;

// A copy of the tree of mounts at `path`, which is nowhere yet. -1 and errno.
inline int copy_mounts(const char* path) {
    constexpr unsigned clone = 1; // OPEN_TREE_CLONE
    return static_cast<int>(::syscall(428, AT_FDCWD, path, clone | O_CLOEXEC | at_recursive));
}

// Puts such a copy over `path`.
inline int attach_mounts(int tree, const char* path) {
    constexpr unsigned from_empty_path = 4, follow_at_target = 0x10; // MOVE_MOUNT_…
    return static_cast<int>(::syscall(429, tree, "", AT_FDCWD, path, from_empty_path | follow_at_target));
}

// All mounts at and below `path` become read-only. EINVAL: no mount begins there.
inline int freeze_mounts(int dir, const char* path, unsigned flags = 0) {
    struct {
        std::uint64_t set = 1; // MOUNT_ATTR_RDONLY
        std::uint64_t clear = 0, propagation = 0, user_namespace = 0;
    } change;
    return static_cast<int>(::syscall(442, dir, path, flags | at_recursive, &change, sizeof change));
}

} // namespace reeve::chainload
