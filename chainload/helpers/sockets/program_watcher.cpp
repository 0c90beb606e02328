#include "chainload/helpers/sockets/program_watcher.hpp"

#include "chainload/clock.hpp"
#include "chainload/helpers/detached_child.hpp"
#include "chainload/signals.hpp"

#include <algorithm>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>

namespace reeve::chainload {

namespace {
// Closes the descriptors from `first` to `last`.
void close_between(int first, int last) {
    if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) return; // Linux 5.9
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65536));
    for (int fd = first; fd <= last && fd < end; ++fd) ::close(fd);
}

void close_others(std::span<const int> keep, int also) {
    int from = STDERR_FILENO + 1;
    for (;;) {
        int next = also >= from ? also : INT_MAX;
        for (int fd : keep)
            if (fd >= from && fd < next) next = fd;
        close_between(from, next == INT_MAX ? INT_MAX : next - 1);
        if (next == INT_MAX) return;
        from = next + 1;
    }
}

void lead_nowhere() {
    int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) return;
    ::dup2(nowhere, STDIN_FILENO);
    ::dup2(nowhere, STDOUT_FILENO);
    if (nowhere > STDERR_FILENO) ::close(nowhere);
}
} // namespace

result<pid_t> program_watcher::fork(std::span<const int> keep) {
    program_ = ::getpid();
    pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, program_, 0))); // Linux 5.3
    if (!pidfd_) return failed("watch this process");
    auto child = fork_detached();
    if (!child || *child != 0) {
        pidfd_.reset();
        return child;
    }
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &mask_before_);
    lead_nowhere();
    close_others(keep, pidfd_.get());
    return child;
}

program_watcher::event program_watcher::await(std::int64_t deadline_ms, int fd, short events) const {
    pollfd watched[] = {{pidfd_.get(), POLLIN, 0}, {fd, events, 0}};
    for (;;) {
        std::int64_t left =
            deadline_ms == no_deadline ? -1 : std::max<std::int64_t>(deadline_ms - monotonic_ms(), 0);
        int ready = ::poll(watched, 2, static_cast<int>(std::min<std::int64_t>(left, INT_MAX)));
        // What the program has said before its end still counts.
        if (ready > 0 && watched[1].revents != 0) return event::ready;
        if (ready > 0) return event::program_ended;
        if (ready == 0 && left >= 0 && monotonic_ms() >= deadline_ms) return event::deadline;
    }
}

std::int64_t deadline_after(std::int64_t ms) {
    std::int64_t now = monotonic_ms();
    return ms > INT64_MAX - 1 - now ? no_deadline : now + ms;
}

} // namespace reeve::chainload
