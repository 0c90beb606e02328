#include "chainload/signals.hpp"

#include "chainload/number.hpp"

namespace reeve::chainload {

namespace {
struct named_signal {
    std::string_view name;
    int number;
};
constexpr named_signal names[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},   {"QUIT", SIGQUIT},   {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT},     {"BUS", SIGBUS},   {"FPE", SIGFPE},     {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV},     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"STKFLT", 16},        {"CHLD", SIGCHLD}, {"CONT", SIGCONT},   {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},
    {"TTIN", SIGTTIN},     {"TTOU", SIGTTOU}, {"URG", SIGURG},     {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},
    {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF}, {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"PWR", 30},
    {"SYS", SIGSYS},       {"POLL", SIGIO},   {"IOT", SIGABRT},    {"CLD", SIGCHLD},
};
} // namespace

std::optional<int> parse_signal(std::string_view text) {
    if (auto number = parse_number<unsigned>(text)) {
        if (*number < 1 || *number > highest_signal) return std::nullopt;
        return static_cast<int>(*number);
    }
    if (text.starts_with("SIG")) text.remove_prefix(3);
    for (const auto& entry : names)
        if (entry.name == text) return entry.number;
    return std::nullopt;
}

std::string_view signal_name(int signal) {
    for (const auto& entry : names)
        if (entry.number == signal) return entry.name;
    return {};
}

void default_all_signals() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    // The C library keeps a few realtime signals to itself and refuses them: those it resets itself.
    for (int signal = 1; signal <= highest_signal; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP) ::sigaction(signal, &action, nullptr);
}

void block_all_signals() {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

void unblock_all_signals() {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace reeve::chainload
