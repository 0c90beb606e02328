#include "svscan/adoption.hpp"

#include "chainload/file.hpp"
#include "chainload/process.hpp"

#include <climits>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svscan {

using chainload::unique_fd;

found_supervisor find_supervisor(const places& where, place which, const supervise::tree_id& tree) {
    found_supervisor found;
    auto record = where.read_record(which);
    if (!record && !where.state_root().empty()) {
        which.aside = true;
        record = where.read_record(which);
    }
    found.unknown = !record && !supervise::is_no_record(record.why());
    if (!record || record->foreign || record->tree != tree) return found;
    found.of_tree = true;
    found.aside = which.aside;
    if (record->pid != 0) {
        auto stat = chainload::read_process_stat(static_cast<pid_t>(record->pid));
        found.main_alive = stat && stat->start == record->main_start && stat->state != 'Z';
        if (found.main_alive) found.main = static_cast<pid_t>(record->pid);
        found.unknown = !stat && !chainload::is_gone(stat.why());
    }
    if (record->supervise_pid == 0) return found;
    auto process =
        chainload::open_process(static_cast<pid_t>(record->supervise_pid), record->supervise_start);
    found.unknown = found.unknown || (!process && !chainload::is_gone(process.why()));
    if (!process) return found;
    auto stat = chainload::read_process_stat(static_cast<pid_t>(record->supervise_pid));
    if (!stat || (stat->state == 'Z' && stat->parent != ::getpid())) return found;
    found.pid = static_cast<pid_t>(record->supervise_pid);
    found.is_child = stat->parent == ::getpid();
    found.process = std::move(*process);
    return found;
}

namespace {
// Descriptor `number` of `pid` opened anew, if it is a pipe; and which pipe it is.
unique_fd open_pipe_of(pid_t pid, int number, int flags, ino_t& inode) {
    if (pid == 0) return {};
    path_text path("/proc/", pid, "/fd/", number);
    struct stat found {};
    if (::stat(path.c_str(), &found) < 0 || !S_ISFIFO(found.st_mode)) return {};
    // Non-blocking only while it is opened: a named FIFO without a peer must not hang us.
    auto fd = chainload::open_at(AT_FDCWD, path.c_str(), flags | O_NONBLOCK);
    if (!fd) return {};
    ::fcntl(fd->get(), F_SETFL, 0);
    inode = found.st_ino;
    return std::move(*fd);
}
} // namespace

unique_fd open_control_of(pid_t supervise) {
    constexpr std::string_view path_end = "/supervise/control", deleted = " (deleted)";
    constexpr int most_fds = 64; // it is opened early
    for (int number = 0; number < most_fds; ++number) {
        char text[PATH_MAX];
        path_text path("/proc/", supervise, "/fd/", number);
        ssize_t size = ::readlink(path.c_str(), text, sizeof text);
        std::string_view target(text, size > 0 ? static_cast<std::size_t>(size) : 0);
        if (target.ends_with(deleted)) target.remove_suffix(deleted.size());
        if (!target.ends_with(path_end)) continue;
        if (auto fd = chainload::open_at(AT_FDCWD, path.c_str(), O_RDWR | O_NONBLOCK)) return std::move(*fd);
    }
    return {};
}

bool writes_to_logger(pid_t supervise, ino_t catch_all) {
    path_text path("/proc/", supervise, "/fd/1");
    struct stat link {
    }, pipe{};
    // The link's mode tells how it was opened: a pipe that this svscan has inherited is for writing only.
    constexpr mode_t both = S_IRUSR | S_IWUSR;
    return ::lstat(path.c_str(), &link) == 0 && (link.st_mode & both) == both &&
           ::stat(path.c_str(), &pipe) == 0 && S_ISFIFO(pipe.st_mode) && pipe.st_ino != catch_all;
}

std::optional<pipe_ends> take_back_pipe(const found_supervisor& writer, const found_supervisor& reader) {
    pipe_ends ends;
    // The write end is open in both directions (shell_start.cpp).
    // The supervises know for certain; the services themselves may have redirected their output.
    for (pid_t left : {writer.pid, writer.main}) {
        for (pid_t right : {reader.pid, reader.main}) {
            ino_t wrote = 0, reads = 0;
            ends.write = open_pipe_of(left, 1, O_RDWR, wrote);
            ends.read = open_pipe_of(right, 0, O_RDONLY, reads);
            if (ends.write && ends.read && wrote == reads) return ends;
        }
    }
    ino_t inode = 0;
    pid_t pid = writer.pid != 0 ? writer.pid : reader.pid;
    int number = writer.pid != 0 ? 1 : 0;
    ends.read = open_pipe_of(pid, number, O_RDONLY, inode);
    ends.write = open_pipe_of(pid, number, O_RDWR, inode);
    if (!ends.read || !ends.write) return std::nullopt;
    ends.logger_elsewhere = writer.pid != 0 && reader.pid != 0;
    return ends;
}

} // namespace reeve::svscan
