#include "tools/svctl/last_lines.hpp"

#include <algorithm>
#include <array>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svctl {

last_lines find_last_lines(int fd, std::size_t wanted) {
    struct stat info {};
    if (::fstat(fd, &info) < 0) return {};
    std::array<char, 64 * 1024> block;
    std::size_t newlines = 0;
    bool incomplete = false;
    off_t end = info.st_size;
    for (off_t at = end; at > 0;) {
        auto size = static_cast<std::size_t>(std::min<off_t>(at, block.size()));
        off_t from = at - static_cast<off_t>(size);
        if (::pread(fd, block.data(), size, from) != static_cast<ssize_t>(size)) break;
        if (at == end) incomplete = block[size - 1] != '\n';
        for (std::size_t i = size; i-- > 0;) {
            if (block[i] != '\n') continue;
            // Each newline ends a line, so the n-th from the end is followed by n-1 lines and the incomplete one.
            std::size_t behind = newlines + (incomplete ? 1 : 0);
            if (behind >= wanted) return {from + static_cast<off_t>(i) + 1, wanted == 0 ? 0 : behind};
            ++newlines;
        }
        at = from;
    }
    if (wanted == 0) return {};
    return {0, newlines + (incomplete ? 1 : 0)};
}

} // namespace reeve::svctl
