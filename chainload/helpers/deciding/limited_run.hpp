// The run of a program that must end in time: waits for it, and ends it and all below it when the time is over.
#pragma once

#include "chainload/duration.hpp"
#include "chainload/helpers/adopted_children.hpp"
#include "chainload/helpers/child_watch.hpp"

#include <csignal>

namespace reeve::chainload {

struct time_limit {
    std::int64_t run_ms = 0;            // 0: no limit
    std::int64_t kill_after_ms = 10000; // from the signal to SIGKILL; 0: never
    int signal = SIGTERM;
    bool only_program = false;    // not its group, nor what it has started
    bool code_of_program = false; // also if the time was over
};

class limited_run {
public:
    limited_run(const time_limit& limit, pid_t program, child_watch& watch, const adopted_children& below);

    // Until the program has ended, and once the time is over all below it as well. The exit code to end with.
    int wait();

private:
    enum class stage { running, told, killed };

    void reap();
    bool has_ended() const;
    void time_is_over();
    void send(int signal);

    const time_limit& limit_;
    pid_t program_;
    child_watch& watch_;
    const adopted_children& below_;
    std::int64_t deadline_ms_ = child_watch::no_deadline;
    stage stage_ = stage::running;
    bool late_ = false, ended_ = false, program_killed_ = false;
    int code_ = 0;
};

} // namespace reeve::chainload
