// What is left of a service whose directory was renamed or removed while its supervise was gone too.
//
// A renamed directory is found again by the control FIFO that svscan keeps open, and gets a supervise there, which
// stops the service in order. Of a removed one there is nothing to start a supervise in: its processes, which may be
// anybody's children by then, are told by the variables SERVICE and SERVICE_DIR that they were started with, and
// killed. A service of that name cannot have been started anew meanwhile: it waits for the end of this one.
#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "chainload/process.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"

#include <climits>
#include <csignal>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::svscan {

namespace {
bool strip(std::string& path, std::string_view end) {
    if (!std::string_view(path).ends_with(end)) return false;
    path.resize(path.size() - end.size());
    return true;
}

// Where the kernel says that this descriptor's file is now: proc(5), /proc/PID/fd.
std::string path_of(int fd) {
    char text[PATH_MAX];
    ssize_t size = ::readlink(path_text("/proc/self/fd/", fd).c_str(), text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

// The variables that a process was started with, as "\0NAME=VALUE\0NAME=VALUE\0".
std::string variables_of(pid_t pid) {
    std::string text(1, '\0');
    auto file = chainload::open_at(AT_FDCWD, path_text("/proc/", pid, "/environ").c_str(), O_RDONLY);
    if (!file) return text;
    char buffer[4096];
    constexpr std::size_t enough = 1 << 20;
    for (ssize_t got; text.size() < enough && (got = ::read(file->get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

std::string variable(const char* name, std::string_view value) {
    return std::string(1, '\0').append(name).append("=").append(value).append(1, '\0');
}

// Kills the process if it has these variables, and waits a moment for its end. False if it is another's.
bool end_one(pid_t pid, const std::string& service, const std::string& directory) {
    auto stat = chainload::read_process_stat(pid);
    if (!stat || stat->state == 'Z') return false;
    auto process = chainload::open_process(pid, stat->start);
    if (!process) return false;
    std::string variables = variables_of(pid);
    if (variables.find(service) == std::string::npos || variables.find(directory) == std::string::npos)
        return false;
    ::syscall(SYS_pidfd_send_signal, process->get(), SIGKILL, nullptr, 0);
    constexpr int longest_ms = 1000;
    pollfd ended{process->get(), POLLIN, 0};
    ::poll(&ended, 1, longest_ms);
    return true;
}
} // namespace

// True if the directory is not where it was and was found; then its path is in moved_.
bool shell::find_moved(service_number which) {
    if (places_.look(tree_.name_of(which).c_str()).what.id == tree_.identity_of(which)) return false;
    const links& its = links_of(which);
    for (int fd : {its.main_control.get(), its.logger_control.get()}) {
        if (fd < 0) continue;
        std::string path = path_of(fd);
        if (!strip(path, "/supervise/control")) continue;
        if (fd == its.logger_control.get() && !strip(path, "/log")) continue;
        if (places_.look(path.c_str()).what.id != tree_.identity_of(which)) continue;
        moved_[which] = std::move(path);
        return true;
    }
    return false;
}

void shell::end_leftovers(std::string_view name) {
    char scan[PATH_MAX];
    if (::getcwd(scan, sizeof scan) == nullptr) return;
    std::string service = variable("SERVICE", name),
                directory = variable("SERVICE_DIR", std::string(scan).append("/").append(name));
    constexpr int most_rounds = 8; // for those that were forked meanwhile
    for (int round = 0; round < most_rounds; ++round) {
        auto proc = chainload::open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY);
        if (!proc) return;
        bool any = false;
        (void)chainload::list_directory(proc->get(), [&](const char* entry, chainload::entry_type) {
            auto pid = chainload::parse_number<std::uint32_t>(entry);
            if (!pid || static_cast<pid_t>(*pid) == ::getpid()) return;
            if (end_one(static_cast<pid_t>(*pid), service, directory)) any = true;
        });
        if (!any) return;
    }
}

} // namespace reeve::svscan
