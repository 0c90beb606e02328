// A service that tells when it was exec'd, and then whenever SIGHUP has reached it.
#include "tests/bench/record.hpp"

#include <csignal>

int main() {
    using namespace reeve::bench;
    sigset_t hangup;
    ::sigemptyset(&hangup);
    ::sigaddset(&hangup, SIGHUP);
    ::sigprocmask(SIG_BLOCK, &hangup, nullptr);
    tell(monotonic_ns());
    for (;;) {
        int number = 0;
        if (::sigwait(&hangup, &number) == 0) tell(monotonic_ns());
    }
}
