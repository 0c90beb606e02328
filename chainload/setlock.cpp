// setlock [-nNxX] [-t DURATION] FILE PROGRAM …: runs PROGRAM while holding a lock on FILE, which is made if need be.
// The lock lasts until every copy of the descriptor is closed. As daemontools'; -t waits so long and no longer.
#include "chainload/duration.hpp"
#include "chainload/helpers.hpp"
#include "chainload/option_reader.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
void interrupt(int) {}

// flock that gives up: a signal ends the wait. The timer repeats, so that a signal which comes before the wait
// has begun is not the last one. Timer, handler and mask are then as they were.
int lock_within(int fd, std::int64_t limit_ms) {
    sigset_t only_alarm, mask_before;
    sigemptyset(&only_alarm);
    sigaddset(&only_alarm, SIGALRM);
    struct sigaction action {
    }, action_before;
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

int lock(int fd, bool wait, std::int64_t limit_ms) {
    if (!wait || limit_ms == 0) return ::flock(fd, LOCK_EX | LOCK_NB);
    if (limit_ms > 0) return lock_within(fd, limit_ms);
    for (;;)
        if (int done = ::flock(fd, LOCK_EX); done == 0 || errno != EINTR) return done;
}
} // namespace

next run_setlock(char** arguments, process& self) {
    bool wait = true, silent = false;
    std::int64_t limit_ms = -1;
    option_reader options(arguments, "nNxXt:");
    while (char option = options.next()) {
        switch (option) {
        case 'n': wait = false; break;
        case 'N': wait = true; break;
        case 'x': silent = true; break;
        case 'X': silent = false; break;
        case 't':
            if (auto limit = parse_duration(options.value())) {
                limit_ms = *limit;
                break;
            }
            return self.wrong_usage(
                "setlock: -t takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n");
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    const char* file = rest[0];
    // Open on purpose for the rest of the chain: no close-on-exec.
    int fd = ::open(file, O_WRONLY | O_NONBLOCK | O_APPEND | O_CREAT, 0600);
    if (fd < 0) return silent ? self.done(0) : self.unable(errno, "open ", file);
    if (lock(fd, wait, limit_ms) < 0) return silent ? self.done(0) : self.unable(errno, "lock ", file);
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
