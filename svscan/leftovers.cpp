// What is left of a service whose directory was renamed or removed while its supervise was gone too.
//
// A renamed directory is found again by the control FIFO that svscan keeps open, and gets a supervise there, which
// stops the service in order. Of a removed one there is nothing to start a supervise in: its processes, which are
// svscan's children by then, are told by the variable SERVICE that they were started with, and killed. A service of
// that name cannot have been started anew meanwhile: it waits for the end of this one.
#include "chainload/file.hpp"
#include "chainload/process.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"

#include <climits>
#include <csignal>
#include <sys/stat.h>
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

bool was_started_as(pid_t pid, std::string_view name) {
    auto file = chainload::open_at(AT_FDCWD, path_text("/proc/", pid, "/environ").c_str(), O_RDONLY);
    if (!file) return false;
    std::string text(1, '\0');
    char buffer[4096];
    constexpr std::size_t enough = 1 << 20;
    for (ssize_t got; text.size() < enough && (got = ::read(file->get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    std::string wanted = std::string(1, '\0') + "SERVICE=" + std::string(name) + std::string(1, '\0');
    return text.find(wanted) != std::string::npos;
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
    std::vector<pid_t> all(pids_.size() + 256);
    auto count = chainload::read_children(0, all);
    all.resize(count ? *count : 0);
    for (pid_t pid : all) {
        if (pids_.contains(pid) || foreign_.contains(pid) || !was_started_as(pid, name)) continue;
        // Our unreaped child: the pid cannot be another's. A main process leads a session, so this group is its own.
        ::kill(::getpgid(pid) == pid ? -pid : pid, SIGKILL);
    }
}

} // namespace reeve::svscan
