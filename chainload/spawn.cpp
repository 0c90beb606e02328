#include "chainload/spawn.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// What the child has left in the parent's memory: the step that failed, if it did not come to exec.
result<pid_t> outcome(pid_t pid, int error, const char* step) {
    if (step == nullptr) return pid;
    int status;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return failure{error, step};
}

struct borrowed_call {
    failure (*body)(void*);
    void* argument;
    failure why{0, nullptr};
};
} // namespace

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
    return outcome(pid, error, step);
}

result<pid_t> spawn_child_sharing_descriptors(failure (*body)(void*), void* argument) {
    constexpr std::size_t stack_bytes = 16 * 1024;
    alignas(16) char stack[stack_bytes];
    borrowed_call call{body, argument};
    auto enter = [](void* of) {
        auto& borrowed = *static_cast<borrowed_call*>(of);
        borrowed.why = borrowed.body(borrowed.argument);
        ::_exit(127);
        return 0;
    };
    pid_t pid = ::clone(enter, stack + stack_bytes, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &call);
    if (pid < 0) return failed("fork");
    return outcome(pid, call.why.error, call.why.step);
}

result<void> keep_descriptors_below(int first) {
    constexpr unsigned unshare_table = 2; // CLOSE_RANGE_UNSHARE, Linux 5.9
    if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0u, unshare_table) == 0) return {};
    if (::unshare(CLONE_FILES) < 0) return failed("get descriptors of its own");
    return {};
}

} // namespace reeve::chainload
