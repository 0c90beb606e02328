#include "chainload/lock.hpp"

#include "chainload/file.hpp"

#include <sys/file.h>

namespace reeve::chainload {

result<unique_fd> try_lock(int dir, const char* path) {
    auto fd = open_at(dir, path, O_WRONLY | O_CREAT | O_APPEND | wary, 0600, "open lock");
    if (!fd) return fd;
    while (::flock(fd->get(), LOCK_EX | LOCK_NB) < 0)
        if (errno != EINTR) return failed("lock");
    return fd;
}

} // namespace reeve::chainload
