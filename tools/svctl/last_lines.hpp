// Where the last lines of a file begin, found by reading backwards: the start of a long log is never touched.
#pragma once

#include <cstddef>
#include <sys/types.h>

namespace reeve::svctl {

struct last_lines {
    off_t offset = 0;      // where they begin
    std::size_t count = 0; // how many they are: fewer than asked for if the file has no more
};

// Of the last `wanted` lines of `fd`, an incomplete last one counting too. 0 wanted: the end of the last
// complete line. The position of `fd` is not moved.
last_lines find_last_lines(int fd, std::size_t wanted);

} // namespace reeve::svctl
