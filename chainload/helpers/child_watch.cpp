#include "chainload/helpers/child_watch.hpp"

#include "chainload/clock.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// A fault must not wait; a stop is for parent and child alike.
constexpr int never_awaited[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS,  SIGFPE, SIGSEGV,
                                 SIGSYS, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU};
} // namespace

child_watch::child_watch() {
    sigfillset(&awaited_);
    for (int signal : never_awaited) sigdelset(&awaited_, signal);
    ::sigprocmask(SIG_BLOCK, &awaited_, &mask_before_);
    // Were it ignored, the kernel would throw the wait status away.
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &action, &child_before_);
}

child_watch::~child_watch() {
    ::sigaction(SIGCHLD, &child_before_, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    if (delayed_ != 0) ::kill(::getpid(), delayed_);
}

result<pid_t> child_watch::fork_child(bool own_group) {
    pid_t child = ::fork();
    if (child < 0) return failed("fork");
    // Both do it, because either may need it first.
    if (own_group) ::setpgid(child, child);
    return child;
}

int child_watch::await_signal(std::int64_t deadline_ms) {
    for (;;) {
        timespec left{};
        if (deadline_ms != no_deadline) {
            std::int64_t ms = deadline_ms - monotonic_ms();
            if (ms <= 0) ms = 0;
            left.tv_sec = static_cast<time_t>(ms / 1000);
            left.tv_nsec = static_cast<long>(ms % 1000 * 1'000'000);
        }
        int signal = ::sigtimedwait(&awaited_, &last_, deadline_ms == no_deadline ? nullptr : &left);
        if (signal > 0) return signal;
        if (errno == EAGAIN && deadline_ms != no_deadline && monotonic_ms() >= deadline_ms) return 0;
    }
}

void child_watch::pass_on(pid_t target) const {
    if (last_.si_signo == SIGCHLD || last_.si_signo == 0) return;
    bool from_terminal = last_.si_code == SI_KERNEL;
    if (!from_terminal || target < 0) ::kill(target, last_.si_signo);
}

int child_watch::attend(pid_t child) {
    for (;;) {
        int status = 0;
        pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child) return status;
        if (ended < 0 && errno != EINTR) return 0;
        int signal = await_signal();
        pass_on(child);
        if (signal != SIGCHLD && signal != SIGCONT) delayed_ = signal;
    }
}

int exit_code_of(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

} // namespace reeve::chainload
