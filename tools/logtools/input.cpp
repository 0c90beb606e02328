#include "tools/logtools/input.hpp"

#include <algorithm>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace reeve::logtools {

using chainload::failed;
using chainload::result;

namespace {
constexpr int larger_pipe = 256 * 1024, largest_pipe = 1024 * 1024;
// Pages that were never touched cost nothing.
alignas(4096) char buffer[input::block + 4096];

// Where the system gives no more (pipe-user-pages-soft, pipe-max-size in proc(5)) it stays as it is.
void grow_pipe(int size) {
    if (::fcntl(STDIN_FILENO, F_GETPIPE_SZ) < size) ::fcntl(STDIN_FILENO, F_SETPIPE_SZ, size);
}
} // namespace

result<void> input::open() {
    struct stat info {};
    if (::fstat(STDIN_FILENO, &info) < 0) return failed("look at standard input");
    device_ = info.st_dev;
    inode_ = info.st_ino;
    if (!S_ISFIFO(info.st_mode)) return {};
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return failed("create pipe");
    look_out_.reset(ends[0]);
    look_in_.reset(ends[1]);
    return {};
}

void input::grow_for_trouble() const {
    if (is_pipe()) grow_pipe(largest_pipe);
}

result<input::outcome> input::look(std::size_t most) {
    if (begin_ < end_) return outcome::bytes;
    most = std::min(most, block);
    begin_ = end_ = 0;
    if (!is_pipe()) {
        // One byte at a time once the end is near, so that what follows is left to others.
        pollfd ready{STDIN_FILENO, POLLIN, 0};
        if (::poll(&ready, 1, 0) == 0) return outcome::nothing;
        ssize_t got = ::read(STDIN_FILENO, buffer, most);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) return outcome::nothing;
        if (got < 0) return failed("read standard input");
        if (got == 0) return outcome::end;
        end_ = static_cast<std::size_t>(got);
        return outcome::bytes;
    }
    ssize_t seen = ::tee(STDIN_FILENO, look_in_.get(), most, SPLICE_F_NONBLOCK);
    if (seen < 0 && (errno == EINTR || errno == EAGAIN)) return outcome::nothing;
    if (seen < 0) return failed("look into standard input");
    if (seen == 0) return outcome::end;
    while (end_ < static_cast<std::size_t>(seen)) {
        ssize_t got = ::read(look_out_.get(), buffer + end_, static_cast<std::size_t>(seen) - end_);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return failed("read standard input");
        end_ += static_cast<std::size_t>(got);
    }
    // A writer that fills the pipe before we have looked gets a larger one: it can write while we do.
    if (end_ == block && !grown_) grow_pipe(larger_pipe);
    grown_ = grown_ || end_ == block;
    return outcome::bytes;
}

std::span<const char> input::bytes() const {
    return {buffer + begin_, end_ - begin_};
}

result<void> input::take(std::size_t count) {
    while (is_pipe() && count > 0) {
        // The same bytes over themselves: read(2) of a pipe that has them is not interrupted, not even by SIGKILL.
        ssize_t got = ::read(STDIN_FILENO, buffer + begin_, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return failed("read standard input");
        begin_ += static_cast<std::size_t>(got);
        count -= static_cast<std::size_t>(got);
    }
    begin_ += count;
    return {};
}

void input::release() {
    if (begin_ == end_) ::madvise(buffer, sizeof buffer, MADV_DONTNEED);
}

} // namespace reeve::logtools
