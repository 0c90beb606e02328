// A file of any size as a sequence of parts that end in one character: lines, or the NUL-terminated variables of
// /proc/PID/environ. One buffer, no heap.
#pragma once

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <unistd.h>

namespace reeve::chainload {

// Calls visit(part) for each part, without its ending, until visit returns true: then true. A part longer than 4096
// bytes is not seen whole: its first 4096 bytes are left out. What follows the last ending is no part.
template <class Visit>
bool find_part(int fd, char ending, Visit&& visit) {
    std::array<char, 4096> buffer;
    std::size_t kept = 0; // bytes of a part whose ending is yet to be read
    for (;;) {
        ssize_t got = ::read(fd, buffer.data() + kept, buffer.size() - kept);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        std::string_view text(buffer.data(), kept + static_cast<std::size_t>(got));
        for (std::size_t end; (end = text.find(ending)) != std::string_view::npos;
             text.remove_prefix(end + 1))
            if (visit(text.substr(0, end))) return true;
        kept = text.size() < buffer.size() ? text.size() : 0;
        std::memmove(buffer.data(), text.data(), kept);
    }
}

} // namespace reeve::chainload
