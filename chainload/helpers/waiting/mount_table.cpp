#include "chainload/helpers/waiting/mount_table.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/text.hpp"

#include <climits>
#include <cstdlib>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace reeve::chainload {

namespace {
std::string_view take_field(std::string_view& line) {
    std::string_view field = line.substr(0, line.find(' '));
    line.remove_prefix(field.size() < line.size() ? field.size() + 1 : field.size());
    return field;
}

// Blanks, tabs, newlines, # and backslashes stand as \ and three octal digits.
bool is_escaped_form(std::string_view field, std::string_view path) {
    for (char c : path) {
        if (field.empty()) return false;
        bool escaped = field[0] == '\\' && field.size() >= 4;
        int octal = escaped ? (field[1] - '0') * 64 + (field[2] - '0') * 8 + (field[3] - '0') : field[0];
        if (static_cast<char>(octal) != c) return false;
        field.remove_prefix(escaped ? 4 : 1);
    }
    return field.empty();
}

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
    // ID, parent, device, root, mount point, options, optional fields, "-", type, source, …
    take_field(line);
    take_field(line);
    std::string_view number = take_field(line);
    if (!device.empty() && number == device) return true;
    take_field(line);
    if (is_escaped_form(take_field(line), path)) return true;
    while (!line.empty() && take_field(line) != "-") {
    }
    take_field(line);
    return !line.empty() && is_escaped_form(take_field(line), path);
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
