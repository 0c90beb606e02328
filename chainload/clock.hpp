// The clocks the suite reads. Deadlines are monotonic milliseconds; what people read is TAI64N (tai64n.hpp).
#pragma once

#include <cstdint>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

// By the system call itself: the C library's way through the vdso is 0.1 µs faster, but touches a part of the address
// space that nothing else does, which costs each process two pages of page tables for good.
inline timespec read_clock(clockid_t clock) {
    timespec now{};
    ::syscall(SYS_clock_gettime, clock, &now);
    return now;
}

inline std::int64_t milliseconds_of(timespec time) {
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

// Milliseconds since some fixed moment; unaffected by clock steps. Compare only with itself.
inline std::int64_t monotonic_ms() {
    return milliseconds_of(read_clock(CLOCK_MONOTONIC));
}

// Milliseconds since the epoch, by the wall clock.
inline std::int64_t realtime_ms() {
    return milliseconds_of(read_clock(CLOCK_REALTIME));
}

// The same by the clock that filesystems take their times from, which lags behind by up to a timer tick: what changes a
// file from now on gets no earlier time.
inline std::int64_t file_time_ms() {
    return milliseconds_of(read_clock(CLOCK_REALTIME_COARSE));
}

// Clock ticks (1/100 s) since boot: the unit of a process's start time in /proc/PID/stat, field 22.
inline std::uint64_t boot_ticks() {
    timespec now = read_clock(CLOCK_BOOTTIME);
    return static_cast<std::uint64_t>(now.tv_sec) * 100 +
           static_cast<std::uint64_t>(now.tv_nsec) / 10'000'000;
}

} // namespace reeve::chainload
