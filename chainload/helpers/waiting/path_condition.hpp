// What `when-path` waits for at a path, and whether it is so: looked up anew each time, never concluded from events.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>
#include <string_view>

namespace reeve::chainload {

enum class path_state { exists, gone, changed, non_empty };

struct path_condition {
    path_state wanted{};
    const char* path = nullptr;
    std::uint64_t before = 0; // fingerprint of what `changed` is compared with
    int watch = -1;           // on what was at its end, of the last round
    bool touched = false;     // written to since: a write within a tick of the clock leaves the same times
};

// Nothing for a word that is none of exists, gone, changed, non-empty.
const path_state* find_path_state(std::string_view word);

// Inode, size, mode and times of what the path leads to; 0 if to nothing.
result<std::uint64_t> fingerprint(const char* path);

// Symlinks are followed; one that leads nowhere does not exist.
result<bool> holds(const path_condition& condition);

} // namespace reeve::chainload
