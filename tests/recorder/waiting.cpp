#include "tests/recorder/waiting.hpp"

#include "chainload/clock.hpp"
#include "chainload/signals.hpp"
#include "tests/recorder/events.hpp"

#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace reeve::recorder {

namespace {
constexpr int no_exit = -1;

struct plan {
    bool taken = false;
    int exit_code = no_exit;
};
plan plans[chainload::highest_signal + 1];

std::int64_t now_ms() {
    timespec now = chainload::read_clock(CLOCK_MONOTONIC);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

bool plan_one(int signal, std::string_view what, int exit_code) {
    if (what == "ignore") return ::signal(signal, SIG_IGN) != SIG_ERR;
    plans[signal] = {true, what == "exit" ? exit_code : no_exit};
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    return ::sigprocmask(SIG_BLOCK, &one, nullptr) == 0;
}
} // namespace

bool on_signal(std::string_view signal, std::string_view what, int exit_code) {
    if (what != "ignore" && what != "record" && what != "exit") return false;
    if (signal != "all") {
        auto number = chainload::parse_signal(signal);
        return number && plan_one(*number, what, exit_code);
    }
    for (int number = 1; number < 32; ++number)
        if (number != SIGKILL && number != SIGSTOP && number != SIGCHLD && !plan_one(number, what, exit_code))
            return false;
    return true;
}

void wait_ms(std::int64_t milliseconds) {
    sigset_t waited;
    sigemptyset(&waited);
    for (int number = 1; number <= chainload::highest_signal; ++number)
        if (plans[number].taken) sigaddset(&waited, number);
    std::int64_t end = now_ms() + milliseconds;
    for (;;) {
        std::int64_t left = milliseconds < 0 ? 3'600'000 : end - now_ms();
        if (left < 0) left = 0;
        timespec limit{static_cast<time_t>(left / 1000), static_cast<long>(left % 1000 * 1'000'000)};
        int signal = ::sigtimedwait(&waited, nullptr, &limit);
        if (signal > 0) {
            record("signal", chainload::signal_name(signal));
            int code = plans[signal].exit_code;
            if (code != no_exit) {
                record("exit");
                ::_exit(code);
            }
        } else if (errno == EAGAIN && milliseconds >= 0) {
            return;
        }
    }
}

} // namespace reeve::recorder
