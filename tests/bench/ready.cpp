// A service that says that it is ready: a newline to descriptor 3 (notification-fd), after it has told the moment.
// Then it does nothing.
#include "tests/bench/record.hpp"

int main() {
    using namespace reeve::bench;
    tell(monotonic_ns());
    [[maybe_unused]] ssize_t written = ::write(3, "\n", 1);
    for (;;) ::pause();
}
