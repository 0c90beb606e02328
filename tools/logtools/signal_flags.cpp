#include "tools/logtools/signal_flags.hpp"

namespace reeve::logtools {

namespace {
constexpr int taken_signals[] = {SIGTERM, SIGALRM, SIGCHLD};
}

volatile sig_atomic_t signal_flags::ending_ = 0, signal_flags::rotation_ = 0, signal_flags::child_ = 0;
sigset_t signal_flags::taken_, signal_flags::none_;

void signal_flags::note(int signal) {
    if (signal == SIGTERM) ending_ = 1;
    if (signal == SIGALRM) rotation_ = 1;
    if (signal == SIGCHLD) child_ = 1;
}

void signal_flags::install() {
    sigemptyset(&taken_);
    for (int signal : taken_signals) {
        struct sigaction action {};
        action.sa_handler = note;
        action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
        ::sigaction(signal, &action, nullptr);
        sigaddset(&taken_, signal);
    }
    // Whoever started us may have kept signals out.
    ::sigprocmask(SIG_SETMASK, nullptr, &none_);
    for (int signal : taken_signals) sigdelset(&none_, signal);
    let_in();
    std::signal(SIGPIPE, SIG_IGN);
}

bool signal_flags::take_rotation() {
    bool was = rotation_ != 0;
    rotation_ = 0;
    return was;
}

bool signal_flags::take_child() {
    bool was = child_ != 0;
    child_ = 0;
    return was;
}

void signal_flags::keep_out() {
    ::sigprocmask(SIG_BLOCK, &taken_, nullptr);
}

void signal_flags::let_in() {
    ::sigprocmask(SIG_UNBLOCK, &taken_, nullptr);
}

} // namespace reeve::logtools
