// The datagram socket that NOTIFY_SOCKET names, one per run: where the service says READY=1 and the like.
#pragma once

#include "chainload/result.hpp"
#include "chainload/text.hpp"
#include "chainload/unique_fd.hpp"

#include <array>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace reeve::supervise {

inline constexpr std::size_t longest_datagram = 4096;
inline constexpr std::size_t most_passed_fds = 16; // in one datagram

struct datagram {
    std::string_view text;                                 // points into the buffer given to look
    pid_t sender = 0;                                      // as the kernel says
    std::array<chainload::unique_fd, most_passed_fds> fds; // close-on-exec
    std::size_t fd_count = 0;
    bool cut = false; // it was longer than the buffer
};

class notify_socket {
public:
    // Makes a new socket at DIRECTORY/supervise/notify (`dir` is that directory), in place of the one there may be. Where that path is too
    // long for a socket address, an abstract address stands in for it.
    chainload::result<void> open(int dir, std::string_view directory);
    void close() { fd_.reset(); }

    int fd() const { return fd_.get(); }
    // "NOTIFY_SOCKET=…"
    char* assignment() { return assignment_.data(); }

    // Looks at the next datagram; false if none is there. Its descriptors stay where they are: to take in those of
    // anybody would fill our table, and to close one may block for ever (a file of a file system that its sender serves).
    bool look(std::span<char> buffer, datagram& into);
    // Removes it. Its descriptors, if they are wanted, are in `fds` then; else the kernel drops them.
    void take(datagram& seen, bool with_descriptors);

    void take_over(int fd) { fd_.reset(fd); }

private:
    chainload::unique_fd fd_;
    chainload::text_buffer<160> assignment_;
};

} // namespace reeve::supervise
