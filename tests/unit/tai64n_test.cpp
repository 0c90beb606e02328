#include "chainload/tai64n.hpp"

#include "chainload/hex.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace reeve::chainload;

namespace {
std::string hex(const tai64n& stamp) {
    auto digits = format_hex(stamp);
    return {digits.data(), digits.size()};
}
} // namespace

TEST_CASE("a stamp is 2^62 + 10 + Unix time, big-endian, leap seconds not counted") {
    // The label of the epoch is 400000000000000a: djb's libtai page, and what daemontools' tai64n writes.
    CHECK(hex(pack_tai64n({0, 0})) == "400000000000000a00000000");
    CHECK(hex(pack_tai64n({1'700'000'000, 123'456'789})) == "400000006553f10a075bcd15");
}

TEST_CASE("stamps read back as the time they were made of") {
    for (timespec time :
         {timespec{0, 0}, timespec{1, 1}, timespec{1'700'000'000, 999'999'999}, timespec{253402300799, 5}}) {
        timespec read = unpack_tai64n(pack_tai64n(time));
        CHECK(read.tv_sec == time.tv_sec);
        CHECK(read.tv_nsec == time.tv_nsec);
    }
}

TEST_CASE("stamps that no clock of ours writes read as the epoch, and nanoseconds stay below a second") {
    CHECK(unpack_tai64n(tai64n{}).tv_sec == 0);
    tai64n all;
    all.fill(0xff);
    CHECK(unpack_tai64n(all).tv_sec == 0);
    auto odd = parse_hex<12>("400000006553f10affffffff");
    CHECK(unpack_tai64n(*odd).tv_nsec == 999'999'999);
}

TEST_CASE("stamps sort as bytes") {
    CHECK(pack_tai64n({5, 999'999'999}) < pack_tai64n({6, 0}));
    tai64n before = tai64n_now();
    CHECK(before <= tai64n_now());
}
