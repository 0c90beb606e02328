#include "tools/look_at_service.hpp"

#include "chainload/error_text.hpp"
#include "supervise/control.hpp"
#include "supervise/layout.hpp"

#include <unistd.h>

namespace reeve::tools {

service_view look_at_service(const char* dir) {
    service_view view;
    view.dir = dir;
    auto unable = [&](std::string_view step, int error) {
        view.problem.add("unable to ").add(step).add(": ").add(chainload::error_text(error));
        return view;
    };
    if (::chdir(dir) < 0) return unable("chdir", errno);
    if (::faccessat(AT_FDCWD, "down", F_OK, 0) < 0) {
        if (errno != ENOENT) return unable("stat down", errno);
    } else {
        view.normally_up = false;
    }
    auto supervised = supervise::is_supervised(AT_FDCWD);
    if (!supervised) return unable("open supervise/ok", supervised.why().error);
    if (!*supervised) {
        view.problem.add("supervise not running");
        return view;
    }
    view.supervised = true;
    auto file = chainload::open_at(AT_FDCWD, supervise::path::status, O_RDONLY | chainload::wary);
    if (!file) return unable("open supervise/status", file.why().error);
    // One read: the file is replaced whole, and only the first 256 bytes are ours to know.
    std::array<unsigned char, supervise::record_bytes> bytes;
    ssize_t got = ::read(file->get(), bytes.data(), bytes.size());
    if (got < 0) return unable("read supervise/status", errno);
    auto record = supervise::unpack({bytes.data(), static_cast<std::size_t>(got)});
    if (record)
        view.record = *record;
    else
        view.problem.add("unable to read supervise/status: bad format");
    return view;
}

} // namespace reeve::tools
