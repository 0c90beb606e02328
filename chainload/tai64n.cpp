#include "chainload/tai64n.hpp"

#include "chainload/clock.hpp"

namespace reeve::chainload {

namespace {
constexpr std::uint64_t unix_epoch_label = (std::uint64_t{1} << 62) + 10;
}

tai64n pack_tai64n(timespec time) {
    tai64n stamp;
    std::uint64_t seconds = unix_epoch_label + static_cast<std::uint64_t>(time.tv_sec);
    auto nanoseconds = static_cast<std::uint32_t>(time.tv_nsec);
    for (int i = 7; i >= 0; --i, seconds >>= 8)
        stamp[static_cast<std::size_t>(i)] = static_cast<unsigned char>(seconds);
    for (int i = 11; i >= 8; --i, nanoseconds >>= 8)
        stamp[static_cast<std::size_t>(i)] = static_cast<unsigned char>(nanoseconds);
    return stamp;
}

timespec unpack_tai64n(std::span<const unsigned char, tai64n_bytes> stamp) {
    std::uint64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    for (std::size_t i = 0; i < 8; ++i) seconds = (seconds << 8) | stamp[i];
    for (std::size_t i = 8; i < 12; ++i) nanoseconds = (nanoseconds << 8) | stamp[i];
    if (seconds < unix_epoch_label || seconds - unix_epoch_label > unix_epoch_label) return {0, 0};
    if (nanoseconds > 999'999'999) nanoseconds = 999'999'999;
    return {static_cast<time_t>(seconds - unix_epoch_label), static_cast<long>(nanoseconds)};
}

tai64n tai64n_now() {
    return pack_tai64n(read_clock(CLOCK_REALTIME));
}

} // namespace reeve::chainload
