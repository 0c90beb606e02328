#include "chainload/helpers/waiting/mount_table.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/mount_line.hpp"
#include "chainload/text.hpp"

#include <climits>
#include <cstdlib>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace reeve::chainload {

namespace {
// The lines of a file, without their newlines; of one that is longer than the buffer only its beginning.
template <class Visit>
result<bool> find_line(int fd, Visit&& visit) {
    char buffer[8192];
    std::size_t kept = 0;
    bool skipping = false; // the rest of a long line
    for (;;) {
        ssize_t got = ::read(fd, buffer + kept, sizeof buffer - kept);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("read the table of mounts");
        if (got == 0) return false;
        std::string_view text(buffer, kept + static_cast<std::size_t>(got));
        for (std::size_t end; (end = text.find('\n')) != std::string_view::npos;
             text.remove_prefix(end + 1)) {
            if (!skipping && visit(text.substr(0, end))) return true;
            skipping = false;
        }
        if (text.size() == sizeof buffer) {
            if (!skipping && visit(text)) return true;
            skipping = true;
        }
        kept = skipping ? 0 : text.size();
        std::memmove(buffer, text.data(), kept);
    }
}
} // namespace

bool is_mount_of(std::string_view line, std::string_view path, std::string_view device) {
    mount_line one = cut_mount_line(line);
    if (!device.empty() && one.device == device) return true;
    return means(one.mount_point, path) || (!one.source.empty() && means(one.source, path));
}

result<void> mount_table::open() {
    auto table = open_at(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY, 0, "open /proc/self/mountinfo");
    if (!table) return table.why();
    table_ = std::move(*table);
    return {};
}

result<bool> mount_table::has(const char* what) const {
    // What does not exist may be the name of a source, or a directory to come.
    char real[PATH_MAX];
    const char* path = ::realpath(what, real) != nullptr ? real : what;
    struct stat found;
    text_buffer<32> device;
    if (::stat(path, &found) == 0 && S_ISBLK(found.st_mode))
        device.add(major(found.st_rdev)).add(':').add(minor(found.st_rdev));
    if (::lseek(table_.get(), 0, SEEK_SET) < 0) return failed("read the table of mounts");
    return find_line(table_.get(),
                     [&](std::string_view line) { return is_mount_of(line, path, device.view()); });
}

result<bool> mount_table::wait(std::int64_t deadline_ms) const {
    for (;;) {
        pollfd polled{table_.get(), POLLPRI, 0};
        timespec left{};
        if (deadline_ms >= 0) {
            std::int64_t ms = deadline_ms - monotonic_ms();
            if (ms <= 0) return false;
            left = {static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000 * 1'000'000)};
        }
        int ready = ::ppoll(&polled, 1, deadline_ms >= 0 ? &left : nullptr, nullptr);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return failed("wait for a mount");
    }
}

} // namespace reeve::chainload
