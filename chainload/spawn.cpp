#include "chainload/spawn.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace reeve::chainload {

result<pid_t> spawn_child(failure (*body)(void*), void* argument) {
    // volatile: written by the child, read by the parent, in one frame that vfork returns into twice.
    volatile int error = 0;
    const char* volatile step = nullptr;
    pid_t pid = ::vfork();
    if (pid < 0) return failed("fork");
    if (pid == 0) {
        failure why = body(argument);
        error = why.error;
        step = why.step;
        ::_exit(127);
    }
    if (step == nullptr) return pid;
    int status;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return failure{error, step};
}

} // namespace reeve::chainload
