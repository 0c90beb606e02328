// What the programs of the measurements tell the script: fixed records of 16 bytes through the FIFO that the
// variable BENCH_STAMPS names. Records are shorter than PIPE_BUF, so they never mix. measure/stamps.py reads them.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace reeve::bench {

struct record {
    std::int64_t moment; // CLOCK_MONOTONIC, nanoseconds
    std::int32_t process;
    std::int32_t parent; // of a service: its supervisor, and so which service it is
};
static_assert(sizeof(record) == 16);

inline std::int64_t monotonic_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Never blocks: where nobody reads, there is nothing to tell.
inline void tell(std::int64_t moment) {
    const char* path = std::getenv("BENCH_STAMPS");
    if (path == nullptr) return;
    int fifo = ::open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fifo < 0) return;
    record stamp{moment, ::getpid(), ::getppid()};
    [[maybe_unused]] ssize_t written = ::write(fifo, &stamp, sizeof stamp);
    ::close(fifo);
}

} // namespace reeve::bench
