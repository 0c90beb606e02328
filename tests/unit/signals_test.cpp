#include "chainload/signals.hpp"

#include <doctest/doctest.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace reeve::chainload;

TEST_CASE("signals have names, with and without SIG, and numbers") {
    CHECK(parse_signal("TERM") == SIGTERM);
    CHECK(parse_signal("SIGTERM") == SIGTERM);
    CHECK(parse_signal("15") == SIGTERM);
    CHECK(parse_signal("64") == 64);
    CHECK(parse_signal("POLL") == SIGIO);
    for (std::string_view bad : {"", "0", "65", "-1", "term", "SIG", "SIGSIGTERM", "TERM ", "SIG15", "TERMX"})
        CHECK_MESSAGE(!parse_signal(bad), bad);
}

TEST_CASE("every name leads back to its number") {
    int named = 0;
    for (int signal = 1; signal <= highest_signal; ++signal) {
        std::string_view name = signal_name(signal);
        if (name.empty()) continue;
        ++named;
        CHECK(parse_signal(name) == signal);
        CHECK(parse_signal("SIG" + std::string(name)) == signal);
    }
    CHECK(named == 31);
    CHECK(signal_name(0).empty());
    CHECK(signal_name(34).empty());
}

TEST_CASE("dispositions become the default, and the mask can be filled and emptied") {
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGTTOU, SIG_IGN);
        default_all_signals();
        bool ok = true;
        for (int signal : {SIGPIPE, SIGTTOU, SIGTERM}) {
            struct sigaction now {};
            ::sigaction(signal, nullptr, &now);
            ok = ok && now.sa_handler == SIG_DFL;
        }
        sigset_t mask;
        block_all_signals();
        ::sigprocmask(SIG_SETMASK, nullptr, &mask);
        ok = ok && sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGCHLD) == 1;
        unblock_all_signals();
        ::sigprocmask(SIG_SETMASK, nullptr, &mask);
        ok = ok && sigismember(&mask, SIGTERM) == 0;
        ::_exit(ok ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
}
