#include "supervise/control.hpp"

#include "chainload/file.hpp"
#include "supervise/layout.hpp"

namespace reeve::supervise {

chainload::result<bool> is_supervised(int dir) {
    auto fd = chainload::open_at(dir, path::ok, O_WRONLY | O_NONBLOCK, 0, "open supervise/ok");
    if (fd) return true;
    if (fd.why().error == ENXIO) return false;
    return fd.why();
}

chainload::result<void> send_letters(int dir, std::string_view letters) {
    auto fd = chainload::open_at(dir, path::control, O_WRONLY | O_NONBLOCK, 0, "open supervise/control");
    if (!fd) return fd.why();
    return chainload::write_all(fd->get(), letters, "write supervise/control");
}

} // namespace reeve::supervise
