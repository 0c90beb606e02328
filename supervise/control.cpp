#include "supervise/control.hpp"

#include "chainload/file.hpp"
#include "supervise/layout.hpp"

#include <sys/stat.h>

namespace reeve::supervise {

chainload::result<chainload::unique_fd> open_fifo(int dir, const char* path, int access, const char* step) {
    auto fd = chainload::open_at(dir, path, access | chainload::wary, 0, step);
    if (!fd) return fd;
    struct stat found {};
    if (::fstat(fd->get(), &found) < 0) return chainload::failed(step);
    if (!S_ISFIFO(found.st_mode)) return chainload::failure{EPROTO, step};
    return fd;
}

chainload::result<bool> is_supervised(int dir) {
    auto fd = open_fifo(dir, path::ok, O_WRONLY, "open supervise/ok");
    if (fd) return true;
    if (fd.why().error == ENXIO) return false;
    return fd.why();
}

chainload::result<void> send_letters(int dir, std::string_view letters) {
    auto fd = open_fifo(dir, path::control, O_WRONLY, "open supervise/control");
    if (!fd) return fd.why();
    return chainload::write_all(fd->get(), letters, "write supervise/control");
}

} // namespace reeve::supervise
