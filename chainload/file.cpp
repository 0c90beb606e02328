#include "chainload/file.hpp"

#include <cstdio>

namespace reeve::chainload {

result<unique_fd> open_at(int dir, const char* path, int flags, mode_t mode, const char* step) {
    for (;;) {
        int fd = ::openat(dir, path, flags | O_CLOEXEC | O_NOCTTY, mode);
        if (fd >= 0) return unique_fd(fd);
        if (errno != EINTR) return failed(step);
    }
}

result<std::string_view> read_whole(int fd, std::span<char> buffer, const char* step) {
    std::size_t size = 0;
    for (;;) {
        if (size == buffer.size()) return failure{E2BIG, step};
        ssize_t got = ::read(fd, buffer.data() + size, buffer.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(step);
        if (got == 0) return std::string_view(buffer.data(), size);
        size += static_cast<std::size_t>(got);
    }
}

result<std::string_view> read_whole_at(int dir, const char* path, std::span<char> buffer, const char* step) {
    auto fd = open_at(dir, path, O_RDONLY | O_NONBLOCK, 0, step);
    if (!fd) return fd.why();
    return read_whole(fd->get(), buffer, step);
}

result<void> write_all(int fd, std::span<const char> bytes, const char* step) {
    while (!bytes.empty()) {
        ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed(step);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
}

result<void> replace_file(int dir, const char* path, const char* temporary, std::span<const char> bytes,
                          mode_t mode) {
    auto fd = open_at(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | wary, mode, "create temporary file");
    if (!fd) return fd.why();
    if (auto written = write_all(fd->get(), bytes, "write temporary file"); !written) return written;
    if (::renameat(dir, temporary, dir, path) < 0) return failed("rename temporary file");
    return {};
}

} // namespace reeve::chainload
