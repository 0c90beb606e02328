// Supervises of a killed svscan whose directory was removed, or renamed out of the scan directory, before this one
// began: no record leads to them.
//
// They are told by their command line, which has the tree's id, are taken over as services that leave, and told to
// stop. A new directory of the name waits for their end, as ever.
#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/hex.hpp"
#include "chainload/number.hpp"
#include "chainload/process.hpp"
#include "supervise/layout.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"

#include <climits>
#include <limits>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svscan {

using chainload::unique_fd;

namespace {
constexpr std::string_view log_end = "/log";

std::string command_line_of(pid_t pid) {
    auto opened = chainload::open_at(AT_FDCWD, path_text("/proc/", pid, "/cmdline").c_str(), O_RDONLY);
    char buffer[PATH_MAX];
    ssize_t size = opened ? ::read(opened->get(), buffer, sizeof buffer) : -1;
    return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : std::string();
}

// The DIR that a supervise of this tree was started with; empty for any other process.
std::string directory_of(pid_t pid, const std::string& begin) {
    std::string words = command_line_of(pid);
    if (!words.starts_with(begin) || words.back() != '\0') return {};
    words.pop_back();
    return words.substr(words.rfind('\0') + 1);
}

// One that a killed svscan had just started has no record either. It is in its directory, or has yet to go there.
bool is_where_its_name_leads(pid_t pid, const places& where, place which) {
    struct stat own {
    }, scan{}, named{};
    if (::stat(path_text("/proc/", pid, "/cwd").c_str(), &own) < 0 || ::fstat(where.scan(), &scan) < 0)
        return true;
    auto is_own = [&](const struct stat& one) {
        return one.st_dev == own.st_dev && one.st_ino == own.st_ino;
    };
    if (is_own(scan)) return true;
    return ::fstatat(where.scan(), where.definition_of(which).c_str(), &named, 0) == 0 && is_own(named);
}

found_supervisor take(pid_t pid) {
    constexpr std::uint32_t fork_no_exec = 0x40; // PF_FORKNOEXEC: it still has its parent's command line
    found_supervisor found;
    auto stat = chainload::read_process_stat(pid);
    if (!stat || stat->state == 'Z' || (stat->flags & fork_no_exec) != 0) return found;
    auto process = chainload::open_process(pid, stat->start);
    if (!process) return found;
    found.pid = pid;
    found.process = std::move(*process);
    return found;
}
} // namespace

void shell::adopt_lost_ones(const std::set<pid_t>& known) {
    auto digits = chainload::format_hex(tree_id_);
    std::string begin("supervise\0-t\0", 13);
    begin.append(digits.data(), digits.size()).push_back('\0');
    auto proc = chainload::open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY);
    if (!proc) return;
    std::map<std::string, std::pair<found_supervisor, found_supervisor>> lost;
    (void)chainload::list_directory(proc->get(), [&](const char* entry, chainload::entry_type) {
        auto pid = chainload::parse_number<std::uint32_t>(entry);
        if (!pid || known.contains(static_cast<pid_t>(*pid))) return;
        std::string name = directory_of(static_cast<pid_t>(*pid), begin);
        bool logger = name.ends_with(log_end);
        if (logger) name.resize(name.size() - log_end.size());
        name.erase(0, name.rfind('/') + 1);
        if (!supervise::valid_service_name(name)) return;
        auto found = take(static_cast<pid_t>(*pid));
        if (found.pid == 0) return;
        if (is_where_its_name_leads(found.pid, places_, {name, logger ? side::logger : side::main})) return;
        auto& both = lost[name];
        (logger ? both.second : both.first) = std::move(found);
    });
    for (auto& [name, both] : lost) adopt_lost(name, both.first, both.second);
}

void shell::adopt_lost(const std::string& name, found_supervisor& main, found_supervisor& logger) {
    say(severity::warning,
        name + ": its directory went while no svscan was there: its supervise is told to stop");
    // No directory has this identity: whatever appears under the name is another one.
    identity nowhere{std::numeric_limits<dev_t>::max(),
                     static_cast<ino_t>(main.pid != 0 ? main.pid : logger.pid)};
    draining_ = true;
    feed(adopted{name, nowhere, logger.pid != 0, false, true, main.pid, logger.pid});
    draining_ = false;
    auto number = tree_.find(name);
    if (number && tree_.identity_of(*number) == nowhere) {
        auto keep = [&](side which, found_supervisor& found) {
            if (found.pid == 0) return;
            control_of({*number, which}) = open_control_of(found.pid);
            watch_process({*number, which}, std::move(found.process));
        };
        keep(side::main, main);
        keep(side::logger, logger);
    }
    drain();
}

} // namespace reeve::svscan
