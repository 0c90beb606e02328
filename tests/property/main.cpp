// The program of the property tests: doctest's, and --long.
#define DOCTEST_CONFIG_IMPLEMENT
#include "tests/property/cases.hpp"

#include <doctest/doctest.h>

#include <string_view>

int main(int argc, char** argv) {
    for (int at = 1; at < argc; ++at)
        if (std::string_view(argv[at]) == "--long") reeve::tests::want_long_run();
    return doctest::Context(argc, argv).run();
}
