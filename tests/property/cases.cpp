#include "tests/property/cases.hpp"

#include <cstdlib>
#include <string_view>

namespace reeve::tests {

namespace {
bool long_run = false;

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}
} // namespace

void want_long_run() {
    long_run = true;
}

std::size_t property_cases() {
    const char* variable = std::getenv("REEVE_LONG");
    bool is_long = long_run || (variable != nullptr && *variable != '\0');
    return number_in("REEVE_PROPERTY_CASES", is_long ? 1'000'000 : 20'000);
}

std::uint64_t first_seed() {
    return number_in("REEVE_PROPERTY_SEED", 1);
}

} // namespace reeve::tests
