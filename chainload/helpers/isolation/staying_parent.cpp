#include "chainload/helpers/isolation/staying_parent.hpp"

#include "chainload/helpers/child_watch.hpp"
#include "chainload/unique_fd.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace reeve::chainload {

namespace {
// What the child has must not be held open here as well: a pipe ends when the child's end does. The place for messages
// is kept.
void let_go_of_descriptors() {
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    if (::syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0) == 0) return;
    long most = ::sysconf(_SC_OPEN_MAX); // before Linux 5.9
    for (int fd = STDERR_FILENO + 1; fd < most; ++fd) ::close(fd);
}

int outlive(child_watch& watch, pid_t child) {
    let_go_of_descriptors();
    (void)!::chdir("/");
    for (;;) {
        int status;
        pid_t ended = ::waitpid(-1, &status, WNOHANG);
        if (ended == child) return exit_code_of(status);
        if (ended > 0) continue;
        (void)watch.await_signal();
        watch.pass_on(child);
    }
}

bool has_ended(const unique_fd& process) {
    pollfd one{process.get(), POLLIN, 0};
    return process && ::poll(&one, 1, 0) > 0;
}
} // namespace

result<std::optional<int>> stay_as_parent(const parenthood& how) {
    unique_fd parent(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
    child_watch watch;
    auto child = watch.fork_child();
    if (!child) return child.why();
    if (*child > 0) {
        parent.reset();
        return std::optional(outlive(watch, *child));
    }
    // The parent may have died before it was asked to tell.
    if (::prctl(PR_SET_PDEATHSIG, how.death_signal) < 0)
        return failed("ask for a signal at the parent's death");
    if (has_ended(parent)) ::_exit(0);
    if (!how.first_process) return std::optional<int>{};
    child = watch.fork_child();
    if (!child) return child.why();
    if (*child == 0) return std::optional<int>{};
    return std::optional(outlive(watch, *child));
}

} // namespace reeve::chainload
