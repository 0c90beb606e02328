// The entries of a directory, by the raw system call: opendir would allocate.
#pragma once

#include "chainload/result.hpp"

#include <cstddef>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

// getdents(2): d_type of an entry. `unknown` is what some file systems always say.
enum class entry_type : unsigned char { unknown = 0, directory = 4, regular = 8, link = 10 };

// Calls visit(name, type) for each entry but "." and "..", in the order of the file system; `name` is
// NUL-terminated and valid during the call only. `fd` is a directory opened for reading, read from where it stands.
template <class Visit>
result<void> list_directory(int fd, Visit&& visit, const char* step = "list directory") {
    // struct linux_dirent64: inode 0–7, offset 8–15, length of the entry 16–17, type 18, name from 19.
    alignas(8) char buffer[2048];
    for (;;) {
        long got = ::syscall(SYS_getdents64, fd, buffer, sizeof buffer);
        if (got < 0) return failed(step);
        if (got == 0) return {};
        unsigned short length;
        for (long at = 0; at < got; at += length) {
            std::memcpy(&length, buffer + at + 16, sizeof length);
            const char* name = buffer + at + 19;
            bool dots = name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
            if (!dots) visit(name, static_cast<entry_type>(buffer[at + 18]));
        }
    }
}

} // namespace reeve::chainload
