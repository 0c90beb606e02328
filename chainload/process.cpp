#include "chainload/process.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "chainload/text.hpp"

#include <sys/ioctl.h>
#include <sys/syscall.h>

namespace reeve::chainload {

namespace {
// Linux 6.13 <linux/pidfd.h>, which Debian 12's headers do not have yet.
struct pidfd_info {
    std::uint64_t mask;
    std::uint64_t cgroup_id;
    std::uint32_t pid, tgid, ppid;
    std::uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    std::int32_t exit_code;
};
constexpr std::uint64_t pidfd_info_exit = 1u << 3;
constexpr unsigned long pidfd_get_info = _IOC(_IOC_READ | _IOC_WRITE, 0xFF, 11, 64);
static_assert(sizeof(pidfd_info) == 64);

std::string_view next_word(std::string_view& text) {
    std::size_t end = text.find(' ');
    std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return word;
}

result<std::size_t> add_children_of_thread(const char* path, std::span<pid_t> into, std::size_t count) {
    constexpr const char* step = "list children";
    auto fd = open_at(AT_FDCWD, path, O_RDONLY, 0, step);
    if (!fd && is_gone(fd.why())) return count; // the thread has just ended
    if (!fd) return fd.why();
    char buffer[1024];
    std::size_t kept = 0; // bytes of a number cut by the end of the previous read
    while (count < into.size()) {
        ssize_t got = ::read(fd->get(), buffer + kept, sizeof buffer - kept);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno != ESRCH) return failed(step);
        if (got <= 0) break;
        std::string_view text(buffer, kept + static_cast<std::size_t>(got));
        while (count < into.size()) {
            std::size_t end = text.find(' ');
            if (end == std::string_view::npos) break;
            if (auto child = parse_number<std::uint32_t>(text.substr(0, end)))
                into[count++] = static_cast<pid_t>(*child);
            text.remove_prefix(end + 1);
        }
        kept = text.size();
        std::memmove(buffer, text.data(), kept);
    }
    return count;
}
} // namespace

result<process_stat> read_process_stat(pid_t pid) {
    text_buffer<40> path("/proc/");
    if (pid == 0)
        path.add("self/stat");
    else
        path.add(pid).add("/stat");
    auto fd = open_at(AT_FDCWD, path.c_str(), O_RDONLY, 0, "read process state");
    if (!fd) return fd.why();
    char buffer[1024]; // it is shorter, and one read gives it whole
    ssize_t got = ::read(fd->get(), buffer, sizeof buffer);
    if (got < 0) return failed("read process state");
    std::string_view text(buffer, static_cast<std::size_t>(got));
    // The name, field 2, stands in parentheses and may hold anything, parentheses and blanks included.
    std::size_t name_end = text.rfind(')');
    if (name_end == std::string_view::npos || name_end + 2 > text.size())
        return failure{EPROTO, "read process state"};
    std::string_view rest = text.substr(name_end + 2);
    process_stat stat;
    for (int field = 3; field <= 22 && !rest.empty(); ++field) {
        std::string_view word = next_word(rest);
        auto number = parse_number<std::uint64_t>(word).value_or(0);
        switch (field) {
        case 3: stat.state = word.empty() ? '?' : word.front(); break;
        case 4: stat.parent = static_cast<pid_t>(number); break;
        case 5: stat.group = static_cast<pid_t>(number); break;
        case 6: stat.session = static_cast<pid_t>(number); break;
        case 9: stat.flags = static_cast<std::uint32_t>(number); break;
        case 22: stat.start = number; break;
        default: break;
        }
    }
    return stat;
}

result<std::size_t> read_children(pid_t pid, std::span<pid_t> into) {
    if (pid == 0) pid = ::getpid();
    text_buffer<64> main_thread("/proc/", pid, "/task/", pid, "/children");
    auto count = add_children_of_thread(main_thread.c_str(), into, 0);
    if (!count || pid == ::getpid()) return count; // the callers are single-threaded
    text_buffer<64> path("/proc/", pid, "/task");
    auto dir = open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY, 0, "list threads");
    if (!dir) return dir.why();
    auto listed = list_directory(dir->get(), [&](const char* name, entry_type) {
        auto thread = parse_number<std::uint32_t>(name);
        if (!count || !thread || static_cast<pid_t>(*thread) == pid) return;
        text_buffer<64> children("/proc/", pid, "/task/", *thread, "/children");
        count = add_children_of_thread(children.c_str(), into, *count);
    });
    if (!listed && !is_gone(listed.why())) return listed.why();
    return count;
}

result<unique_fd> open_process(pid_t pid, std::uint64_t start) {
    unique_fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!fd) return failed("open process");
    auto stat = read_process_stat(pid);
    if (!stat) return stat.why();
    if (stat->start != start) return failure{ESRCH, "open process"};
    return fd;
}

result<void> signal_process(int pidfd, int signal) {
    if (::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) < 0) return failed("send signal");
    return {};
}

std::optional<int> exit_status_of(int pidfd) {
    pidfd_info info{};
    info.mask = pidfd_info_exit;
    if (::syscall(SYS_ioctl, pidfd, pidfd_get_info, &info) < 0 || !(info.mask & pidfd_info_exit))
        return std::nullopt;
    return info.exit_code;
}

} // namespace reeve::chainload
