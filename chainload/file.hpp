// Small files relative to a directory descriptor: opening, reading whole, replacing atomically.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <fcntl.h>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

// openat with O_CLOEXEC added and EINTR retried.
result<unique_fd> open_at(int dir, const char* path, int flags, mode_t mode = 0,
                          const char* step = "open file");

// Reads until `buffer` is full or the file ends. A file larger than the buffer is E2BIG.
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
// a crash of the machine only as far as the file system cares.
result<void> replace_file(int dir, const char* path, const char* temporary, std::span<const char> bytes,
                          mode_t mode);

} // namespace reeve::chainload
