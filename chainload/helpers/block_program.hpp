// Whether a block's program is there, looked up before a process is made for it: so that a helper can halt the chain
// with a reason, instead of learning of it from an exit code that could also be the program's own.
#pragma once

#include "chainload/exec_search.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

// 0, or the errno that tells why `name` cannot be run.
inline int why_not_runnable(const char* name, const char* search) {
    int why = ENOENT;
    auto look = [](void* reason, const char* path) {
        constexpr long faccessat2 = 439; // Linux 5.8; on older ones the exec has the last word
        int& why_ = *static_cast<int*>(reason);
        struct stat file;
        if (::stat(path, &file) < 0) return false;
        bool denied = ::syscall(faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) < 0 && errno != ENOSYS;
        why_ = S_ISREG(file.st_mode) && !denied ? 0 : EACCES;
        return why_ == 0;
    };
    if (name[0] != '\0') search_program(name, search, look, &why);
    return why;
}

} // namespace reeve::chainload
