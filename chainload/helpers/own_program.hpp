// Which file a path is, and whether it is this program: what fused chains rest on.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>

namespace reeve::chainload {

struct file_identity {
    std::uint64_t mount = 0; // 0: the kernel does not tell (before 5.8)
    std::uint64_t inode = 0;
    std::uint32_t major = 0, minor = 0;
    bool operator==(const file_identity&) const = default;
};

class own_program {
public:
    // Learns which file it is, while /proc and what its path means are those it was exec'd with.
    void learn();
    // Whether the path is the same file and may be exec'd. The errno of looking at it else; 0: it is another file.
    bool is_at(const char* path, int& error);
    // The next answer is not to rest on an earlier one: rights, or what may be exec'd where, may have changed.
    void forget_permission() { permitted_ = {}; }

private:
    bool may_exec(const char* path, const file_identity& file);

    file_identity self_, permitted_;
    bool learned_ = false, known_ = false;
};

} // namespace reeve::chainload
