// fdswap A B PROGRAM …: what was descriptor A is B, and the other way round. Both must be open. As execline's.
#include "chainload/helpers/descriptors/fd_number.hpp"
#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/unique_fd.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_fdswap(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr || arguments[3] == nullptr)
        return self.wrong_usage();
    auto a = parse_fd(arguments[1]), b = parse_fd(arguments[2]);
    if (!a || !b) return self.wrong_usage("fdswap: A and B are numbers\n");
    // Asked before there is a copy, which could get the number of one that is closed.
    bool done = move_fd(*a, *a) && move_fd(*b, *b);
    unique_fd kept(done ? ::fcntl(*a, F_DUPFD_CLOEXEC, 0) : -1);
    if (done && *a != *b) done = kept && ::dup2(*b, *a) >= 0 && ::dup2(kept.get(), *b) >= 0;
    if (!done) return self.unable(errno, "swap descriptors ", arguments[1], " and ", arguments[2]);
    return self.go_on(arguments + 3);
}

} // namespace reeve::chainload
