// Small files relative to a directory descriptor: opening, reading whole, replacing atomically.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <fcntl.h>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

// How a file is opened that may not be what it should: no symlink in its place is followed, no FIFO waited for.
inline constexpr int wary = O_NOFOLLOW | O_NONBLOCK;

// openat with O_CLOEXEC and O_NOCTTY added and EINTR retried.
result<unique_fd> open_at(int dir, const char* path, int flags, mode_t mode = 0,
                          const char* step = "open file");

// Reads until `buffer` is full or the file ends. A file larger than the buffer is E2BIG. A FIFO is not waited for.
result<std::string_view> read_whole(int fd, std::span<char> buffer, const char* step = "read file");
result<std::string_view> read_whole_at(int dir, const char* path, std::span<char> buffer,
                                       const char* step = "read file");

// All of `bytes`, EINTR and short writes retried.
result<void> write_all(int fd, std::span<const char> bytes, const char* step = "write file");
// As a span a literal would include its NUL: std::string_view("...") does not.
template <std::size_t N>
result<void> write_all(int fd, const char (&literal)[N], const char* step = "write file") = delete;

// The file `path` becomes `bytes` in one step: a reader sees the old content or the new, never a part.
// `temporary` is a sibling name that nobody else uses. Not synced: it survives a crash of the program, and
// a crash of the machine only as far as the file system cares. A symlink called `temporary` is not followed.
result<void> replace_file(int dir, const char* path, const char* temporary, std::span<const char> bytes,
                          mode_t mode);

} // namespace reeve::chainload
