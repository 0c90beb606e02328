// TAI64N time stamps as daemontools writes them: 8 bytes big-endian seconds, 4 bytes big-endian nanoseconds.
//
// The label is 2^62 + 10 + Unix time: like daemontools and runit, and unlike s6 as Debian builds it, leap
// seconds are not counted.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <span>

namespace reeve::chainload {

inline constexpr std::size_t tai64n_bytes = 12;
using tai64n = std::array<unsigned char, tai64n_bytes>;

tai64n pack_tai64n(timespec time);
// Unix time of `stamp`; a stamp before 1970 or beyond 2^62 reads as 0.
timespec unpack_tai64n(std::span<const unsigned char, tai64n_bytes> stamp);
// Now, by the wall clock.
tai64n tai64n_now();

} // namespace reeve::chainload
