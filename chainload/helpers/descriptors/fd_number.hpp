// Descriptors by their number, as helpers are told them on the command line.
#pragma once

#include "chainload/number.hpp"

#include <climits>
#include <fcntl.h>
#include <unistd.h>

namespace reeve::chainload {

inline std::optional<int> parse_fd(std::string_view text) {
    auto number = parse_number<unsigned>(text);
    if (!number || *number > INT_MAX) return std::nullopt;
    return static_cast<int>(*number);
}

// Descriptor `from` gets the number `to` and stays open over an exec. False: errno says why.
inline bool move_fd(int from, int to) {
    if (from == to) {
        int flags = ::fcntl(from, F_GETFD);
        return flags >= 0 && ::fcntl(from, F_SETFD, flags & ~FD_CLOEXEC) == 0;
    }
    if (::dup2(from, to) < 0) return false;
    ::close(from);
    return true;
}

} // namespace reeve::chainload
