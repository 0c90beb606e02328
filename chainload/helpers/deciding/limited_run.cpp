#include "chainload/helpers/deciding/limited_run.hpp"

#include "chainload/clock.hpp"

#include <limits>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
constexpr int out_of_time = 124, killed_in_the_end = 128 + SIGKILL; // as coreutils' timeout

// A limit beyond what the clock can tell is none.
std::int64_t moment_in(std::int64_t ms) {
    std::int64_t now = monotonic_ms();
    return ms == 0 || ms > std::numeric_limits<std::int64_t>::max() - now ? child_watch::no_deadline
                                                                          : now + ms;
}

bool asks_to_end(int signal) {
    return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
}
} // namespace

limited_run::limited_run(const time_limit& limit, pid_t program, child_watch& watch,
                         const adopted_children& below)
    : limit_(limit)
    , program_(program)
    , watch_(watch)
    , below_(below)
    , deadline_ms_(moment_in(limit.run_ms)) {}

void limited_run::reap() {
    int status;
    for (pid_t child; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (child != program_) continue;
        ended_ = true;
        code_ = exit_code_of(status);
    }
}

// In time, what the program leaves behind is left alone.
bool limited_run::has_ended() const {
    bool for_all = late_ && !limit_.only_program && deadline_ms_ != child_watch::no_deadline;
    return ended_ && (!for_all || below_.signal_all(0) == 0);
}

void limited_run::send(int signal) {
    // Once the program is reaped its number, and its group's, may be another's.
    if (!ended_) ::kill(limit_.only_program ? program_ : -program_, signal);
    if (!limit_.only_program) below_.signal_all(signal, ended_ ? 0 : program_);
}

void limited_run::time_is_over() {
    bool kill = stage_ != stage::running || limit_.signal == SIGKILL;
    late_ = late_ || stage_ == stage::running;
    program_killed_ = program_killed_ || (kill && !ended_);
    send(kill ? SIGKILL : limit_.signal);
    // One that is stopped would not see the signal.
    if (!kill) send(SIGCONT);
    stage_ = kill ? stage::killed : stage::told;
    if (!kill) deadline_ms_ = moment_in(limit_.kill_after_ms);
}

int limited_run::wait() {
    for (;;) {
        reap();
        if (has_ended()) break;
        // Orphans come to this process one generation after the other.
        if (stage_ == stage::killed) send(SIGKILL);
        int signal = watch_.await_signal(stage_ == stage::killed ? child_watch::no_deadline : deadline_ms_);
        if (signal == 0) {
            time_is_over();
        } else if (signal != SIGCHLD) {
            if (!ended_) watch_.pass_on(limit_.only_program ? program_ : -program_);
            if (asks_to_end(signal) && stage_ == stage::running && limit_.kill_after_ms > 0) {
                stage_ = stage::told;
                deadline_ms_ = moment_in(limit_.kill_after_ms);
            }
        }
    }
    if (!late_ || limit_.code_of_program) return code_;
    return program_killed_ ? killed_in_the_end : out_of_time;
}

} // namespace reeve::chainload
