#include "depengine/supervisors.hpp"

#include "chainload/file.hpp"
#include "chainload/text.hpp"
#include "supervise/control.hpp"
#include "supervise/layout.hpp"

#include <sys/ioctl.h>

namespace reeve::depengine {

namespace {
using path_text = chainload::text_buffer<supervise::longest_name + 32>;

// The directory below which NAME/supervise is.
int base_of(const tree_place& where, std::string_view name) {
    if (where.state < 0) return where.scan;
    bool absent =
        ::faccessat(where.scan, path_text(name, "/", supervise::path::state).c_str(), F_OK, 0) < 0 &&
        (errno == ENOENT || errno == ENOTDIR || errno == ELOOP);
    return absent ? where.state : where.scan;
}

chainload::result<chainload::unique_fd> open_control(const tree_place& where, std::string_view name) {
    return supervise::open_fifo(base_of(where, name), path_text(name, "/", supervise::path::control).c_str(),
                                O_WRONLY, "open supervise/control");
}
} // namespace

chainload::result<supervise::status_record> read_record(const tree_place& where, std::string_view name) {
    auto directory = chainload::open_at(base_of(where, name), path_text(name).c_str(), O_PATH | O_DIRECTORY);
    if (!directory) return directory.why();
    return supervise::read_status(directory->get());
}

chainload::result<void> send_letter(const tree_place& where, std::string_view name, char letter) {
    auto fifo = open_control(where, name);
    if (!fifo) return fifo.why();
    return chainload::write_all(fifo->get(), {&letter, 1}, "write supervise/control");
}

std::uint64_t unread_letters(const tree_place& where, std::string_view name) {
    auto fifo = open_control(where, name);
    int bytes = 0; // FIONREAD tells of the pipe, from either end: pipe(7)
    if (!fifo || ::ioctl(fifo->get(), FIONREAD, &bytes) < 0 || bytes < 0) return 0;
    return static_cast<std::uint64_t>(bytes);
}

} // namespace reeve::depengine
