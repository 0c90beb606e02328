// A pipe whose ends are out of the way of the standard descriptors, also where some of those are closed.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <fcntl.h>

namespace reeve::chainload {

struct high_pipe {
    unique_fd read_end, write_end; // close-on-exec
};

inline result<high_pipe> make_high_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return failed("create pipe");
    unique_fd low_read(ends[0]), low_write(ends[1]);
    high_pipe made{unique_fd(::fcntl(low_read.get(), F_DUPFD_CLOEXEC, 3)),
                   unique_fd(::fcntl(low_write.get(), F_DUPFD_CLOEXEC, 3))};
    if (!made.read_end || !made.write_end) return failed("duplicate a descriptor");
    return made;
}

} // namespace reeve::chainload
