#include "chainload/helpers/session/reaping.hpp"

#include "chainload/clock.hpp"

#include <sys/wait.h>

namespace reeve::chainload {

int reap_all(pid_t program, const leftovers& rule, child_watch& watch, const adopted_children& below) {
    int code = 0;
    bool ended = false, killing = false;
    std::int64_t deadline_ms = child_watch::no_deadline;
    for (;;) {
        int status;
        pid_t child = ::waitpid(-1, &status, WNOHANG);
        if (child < 0 && errno != EINTR) return code;
        if (child == program) {
            code = exit_code_of(status);
            ended = true;
            if (rule.kill_after_ms > 0) below.signal_all(rule.signal);
            if (rule.kill_after_ms >= 0) deadline_ms = monotonic_ms() + rule.kill_after_ms;
        }
        if (child != 0) continue;
        // Orphans come to this process one generation after the other.
        if (killing) below.signal_all(SIGKILL);
        int signal = watch.await_signal(killing ? child_watch::no_deadline : deadline_ms);
        if (signal == 0) killing = true;
        if (signal == 0 || signal == SIGCHLD) continue;
        if (ended)
            below.signal_all(signal);
        else
            watch.pass_on(program);
    }
}
} // namespace reeve::chainload
