#include "chainload/helpers/detached_child.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
struct report {
    pid_t pid;
    int error;
};
} // namespace

result<pid_t> fork_detached() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return failed("create pipe");
    pid_t between = ::fork();
    if (between == 0) {
        pid_t child = ::fork();
        if (child != 0) {
            report made{child, child < 0 ? errno : 0};
            (void)!::write(ends[1], &made, sizeof made);
            ::_exit(0);
        }
        ::close(ends[0]);
        ::close(ends[1]);
        return pid_t{0};
    }
    int error = errno;
    ::close(ends[1]);
    report made{-1, between < 0 ? error : ECHILD};
    if (between > 0) {
        while (::read(ends[0], &made, sizeof made) < 0 && errno == EINTR) {
        }
        while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    ::close(ends[0]);
    if (made.pid < 0) return failure{made.error, "fork"};
    return made.pid;
}

} // namespace reeve::chainload
