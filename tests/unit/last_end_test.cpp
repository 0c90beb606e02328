#include "tools/last_end.hpp"

#include <doctest/doctest.h>

#include <string>

using reeve::supervise::cause;
using reeve::tools::describe_end;

namespace {
std::string words(cause why, std::uint32_t wait_status) {
    return std::string(describe_end(why, wait_status).view());
}
} // namespace

TEST_CASE("ends in words") {
    CHECK(words(cause::none, 0) == "");
    CHECK(words(cause::exited, 0) == "exited with code 0");
    CHECK(words(cause::exited, 3 << 8) == "exited with code 3");
    CHECK(words(cause::killed, 15) == "killed by signal TERM");
    CHECK(words(cause::killed, 40) == "killed by signal 40");
    CHECK(words(cause::dumped, 11 | 0x80) == "killed by signal SEGV, core dumped");
    CHECK(words(cause::timeout, 15) == "not ready in time: killed by signal TERM");
    CHECK(words(cause::watchdog, 6 | 0x80) == "watchdog not fed in time: killed by signal ABRT, core dumped");
    CHECK(words(cause::health, 1 << 8) == "health check failed: exited with code 1");
    CHECK(words(cause::failed, 0) == "start failed");
    CHECK(words(cause::unknown, 0) == "ended while no supervise saw it");
}

TEST_CASE("every cause has words") {
    for (std::size_t i = 1; i < reeve::supervise::cause_names.size(); ++i)
        CHECK(!words(static_cast<cause>(i), 0).empty());
}
