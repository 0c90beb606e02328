// A service that tells when it was exec'd, then does nothing. With the argument "once" it ends instead.
#include "tests/bench/record.hpp"

#include <string_view>

int main(int count, char** words) {
    using namespace reeve::bench;
    tell(monotonic_ns());
    if (count > 1 && std::string_view{words[1]} == "once") return 0;
    for (;;) ::pause();
}
