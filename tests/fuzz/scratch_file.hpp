// A file in memory with an input as its content, for parsers that read from a descriptor.
#pragma once

#include "tests/fuzz/targets.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace reeve::tests {

class scratch_file {
public:
    explicit scratch_file(std::string_view content)
        : fd_(::memfd_create("input", MFD_CLOEXEC)) {
        must_hold(fd_ >= 0 &&
                      ::write(fd_, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
                  "a file can be made");
        rewind();
    }
    ~scratch_file() { ::close(fd_); }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;

    int fd() const { return fd_; }
    void rewind() { ::lseek(fd_, 0, SEEK_SET); }

private:
    int fd_;
};

} // namespace reeve::tests
