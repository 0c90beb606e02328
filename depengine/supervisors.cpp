#include "depengine/supervisors.hpp"

#include "chainload/file.hpp"
#include "chainload/text.hpp"
#include "supervise/layout.hpp"

#include <sys/stat.h>

namespace reeve::depengine {

namespace {
using path_text = chainload::text_buffer<supervise::longest_name + 32>;
}

chainload::result<supervise::status_record> read_record(int scan, std::string_view name) {
    auto directory = chainload::open_at(scan, path_text(name).c_str(), O_PATH | O_DIRECTORY);
    if (!directory) return directory.why();
    return supervise::read_status(directory->get());
}

chainload::result<void> send_letter(int scan, std::string_view name, char letter) {
    auto fifo = chainload::open_at(scan, path_text(name, "/", supervise::path::control).c_str(),
                                   O_WRONLY | O_NONBLOCK, 0, "open supervise/control");
    if (!fifo) return fifo.why();
    struct stat found {};
    if (::fstat(fifo->get(), &found) < 0 || !S_ISFIFO(found.st_mode))
        return chainload::failure{EPROTO, "write supervise/control: it is no FIFO"};
    return chainload::write_all(fifo->get(), {&letter, 1}, "write supervise/control");
}

} // namespace reeve::depengine
