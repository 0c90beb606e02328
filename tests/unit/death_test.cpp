#include "supervise/death.hpp"

#include "tests/unit/scratch.hpp"

#include <doctest/doctest.h>

using namespace reeve::supervise;

namespace {
death made(int number) {
    death entry;
    entry.time = reeve::chainload::pack_tai64n({1'700'000'000 + number, 0});
    entry.pid = static_cast<std::uint32_t>(1000 + number);
    entry.wait_status = static_cast<std::uint32_t>(number << 8);
    entry.uptime_ms = 123'456'789'012;
    entry.cause = cause::exited;
    return entry;
}
} // namespace

TEST_CASE("a death survives packing, and an empty or damaged slot is none") {
    death entry = made(7);
    auto bytes = pack(entry);
    auto read = unpack_death(bytes);
    REQUIRE(read);
    CHECK(read->time == entry.time);
    CHECK(read->pid == entry.pid);
    CHECK(read->wait_status == entry.wait_status);
    CHECK(read->uptime_ms == entry.uptime_ms);
    CHECK(read->cause == entry.cause);
    CHECK(!unpack_death(std::array<unsigned char, death_bytes>{}));
    bytes[28] = cause_names.size();
    CHECK(!unpack_death(bytes));
}

TEST_CASE("the last 32 deaths are remembered, oldest first") {
    reeve::tests::scratch dir;
    dir.make_directory("supervise");
    CHECK(read_deaths(dir.fd()).why().error == ENOENT);
    for (int number = 0; number < 3; ++number)
        REQUIRE(record_death(dir.fd(), static_cast<std::uint64_t>(number), made(number)));
    auto few = read_deaths(dir.fd());
    REQUIRE(few);
    CHECK(few->count == 3);
    CHECK(few->entries[0].pid == 1000);
    for (int number = 3; number < 40; ++number)
        REQUIRE(record_death(dir.fd(), static_cast<std::uint64_t>(number), made(number)));
    auto all = read_deaths(dir.fd());
    REQUIRE(all);
    REQUIRE(all->count == remembered_deaths);
    for (std::size_t at = 0; at < all->count; ++at) CHECK(all->entries[at].pid == 1008 + at);
    dir.write("supervise/deaths", std::string(remembered_deaths * death_bytes, '\xff'));
    CHECK(read_deaths(dir.fd())->count == 0);
    dir.write("supervise/deaths", "cut");
    CHECK(read_deaths(dir.fd())->count == 0);
}
