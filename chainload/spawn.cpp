#include "chainload/spawn.hpp"

#include "chainload/unique_fd.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

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

#ifdef REEVE_PLAIN_FORK
// For valgrind, to which vfork is a fork that does not wait: a pipe tells of the exec, or of what failed before it.
result<pid_t> spawn_child(failure (*body)(void*), void* argument) {
    constexpr int out_of_the_way = 1000; // of descriptors that the child places
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return failed("fork");
    unique_fd in(ends[0]), low(ends[1]), out(::fcntl(ends[1], F_DUPFD_CLOEXEC, out_of_the_way));
    low.reset();
    pid_t pid = ::fork();
    if (pid < 0) return failed("fork");
    failure why{0, nullptr};
    if (pid == 0) {
        why = body(argument);
        [[maybe_unused]] auto told = ::write(out.get(), &why, sizeof why);
        ::_exit(127);
    }
    out.reset();
    while (::read(in.get(), &why, sizeof why) < 0 && errno == EINTR) {
    }
    return outcome(pid, why.error, why.step);
}

result<pid_t> spawn_child_sharing_descriptors(failure (*body)(void*), void* argument) {
    return spawn_child(body, argument);
}
#else
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
#ifdef __SANITIZE_ADDRESS__
    // The child's frames end by exec, and so stay marked as what must not be touched.
    __asan_unpoison_memory_region(stack, sizeof stack);
#endif
    if (pid < 0) return failed("fork");
    return outcome(pid, call.why.error, call.why.step);
}
#endif

result<void> keep_descriptors_below(int first) {
    constexpr unsigned unshare_table = 2; // CLOSE_RANGE_UNSHARE, Linux 5.9
    if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0u, unshare_table) == 0) return {};
    if (::unshare(CLONE_FILES) < 0) return failed("get descriptors of its own");
    return {};
}

} // namespace reeve::chainload
