#include "tools/logtools/status_file.hpp"

#include "chainload/file.hpp"

#include <array>

namespace reeve::logtools {

chainload::result<void> status_file::open(int start_directory, const char* path) {
    path_ = path;
    auto fd = chainload::open_at(start_directory, path, O_WRONLY | O_CREAT | O_NONBLOCK, 0600, "create");
    if (!fd) return fd.why();
    fd_ = std::move(*fd);
    return {};
}

chainload::result<void> status_file::show(std::string_view line) const {
    std::array<char, status_bytes> text;
    text.fill('\n');
    line.substr(0, status_bytes - 1).copy(text.data(), status_bytes - 1);
    ssize_t put = 0;
    ::lseek(fd_.get(), 0, SEEK_SET); // a FIFO or a device has no place
    do put = ::write(fd_.get(), text.data(), text.size());
    while (put < 0 && errno == EINTR);
    if (put < 0) return chainload::failed("write to");
    return {};
}

} // namespace reeve::logtools
