// A service that tells when it was exec'd and fails at once.
#include "tests/bench/record.hpp"

int main() {
    reeve::bench::tell(reeve::bench::monotonic_ns());
    return 1;
}
