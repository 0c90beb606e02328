#include "chainload/helpers/descriptors/timed_lock.hpp"

#include <cerrno>
#include <csignal>
#include <sys/file.h>
#include <sys/time.h>

namespace reeve::chainload {

namespace {
void interrupt(int) {}

// flock that gives up: a signal ends the wait. The timer repeats, so that a signal which comes before the wait
// has begun is not the last one. Timer, handler and mask are then as they were.
int lock_within(int fd, std::int64_t limit_ms) {
    sigset_t only_alarm, mask_before;
    sigemptyset(&only_alarm);
    sigaddset(&only_alarm, SIGALRM);
    struct sigaction action = {}, action_before;
    action.sa_handler = interrupt;
    ::sigaction(SIGALRM, &action, &action_before);
    ::sigprocmask(SIG_UNBLOCK, &only_alarm, &mask_before);
    itimerval timer{{0, 10'000}, {limit_ms / 1000, limit_ms % 1000 * 1000}}, timer_before;
    ::setitimer(ITIMER_REAL, &timer, &timer_before);
    int done = ::flock(fd, LOCK_EX);
    int error = errno;
    ::setitimer(ITIMER_REAL, &timer_before, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_before, nullptr);
    ::sigaction(SIGALRM, &action_before, nullptr);
    errno = error == EINTR ? ETIMEDOUT : error;
    return done;
}
} // namespace

int take_lock(int fd, std::int64_t limit_ms) {
    if (limit_ms == 0) return ::flock(fd, LOCK_EX | LOCK_NB);
    if (limit_ms > 0) return lock_within(fd, limit_ms);
    for (;;)
        if (int done = ::flock(fd, LOCK_EX); done == 0 || errno != EINTR) return done;
}

} // namespace reeve::chainload
