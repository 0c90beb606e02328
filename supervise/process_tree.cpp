#include "supervise/process_tree.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/file_parts.hpp"
#include "chainload/number.hpp"
#include "chainload/process.hpp"
#include "chainload/text.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::supervise {

namespace {
using chainload::text_buffer;

// More children than this at once are dealt with in several rounds.
constexpr std::size_t batch = 256;

bool spared(pid_t pid, std::span<const pid_t> spare) {
    return std::find(spare.begin(), spare.end(), pid) != spare.end();
}

// Signals `pid` if it descends from us, through a pidfd opened before that was checked.
void signal_descendant(pid_t pid, int signal) {
    chainload::unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (process && is_descendant(pid)) (void)chainload::signal_process(process.get(), signal);
}

// Whether the environment that `pid` was exec'd with has SERVICE_DIR=`dir`.
bool has_service_dir(pid_t pid, std::string_view dir) {
    text_buffer<40> path("/proc/", pid, "/environ");
    auto fd = chainload::open_at(AT_FDCWD, path.c_str(), O_RDONLY);
    if (!fd) return false;
    constexpr std::string_view name = "SERVICE_DIR=";
    bool same = false;
    chainload::find_part(fd->get(), '\0', [&](std::string_view variable) {
        if (!variable.starts_with(name)) return false;
        same = variable.substr(name.size()) == dir;
        return true;
    });
    return same;
}

enum class bearing { no, claimed, certain };

// A session cannot be joined from outside, but a variable anybody can set.
bearing bears(const stray_marks& marks, pid_t pid, const chainload::process_stat& stat) {
    if (pid == marks.spare || pid == ::getpid()) return bearing::no;
    if (marks.session != 0 && stat.session == marks.session && stat.start >= marks.since)
        return bearing::certain;
    if (!has_service_dir(pid, marks.service_dir)) return bearing::no;
    auto user = real_user_of(pid);
    return user && (*user == marks.user || *user == ::geteuid()) ? bearing::certain : bearing::claimed;
}
} // namespace

chainload::result<std::size_t> signal_children(int signal, std::span<const pid_t> spare) {
    std::array<pid_t, batch> children;
    auto count = chainload::read_children(0, children);
    if (!count) return count;
    std::size_t signalled = 0;
    chainload::failure why;
    for (pid_t child : std::span(children).first(*count)) {
        if (spared(child, spare)) continue;
        ++signalled;
        if (signal != 0 && ::kill(child, signal) < 0) why = chainload::failed("signal a child");
    }
    if (why.error != 0) return why;
    return signalled;
}

void signal_subtree(pid_t root, int signal) {
    // Who belongs to it is found out first, breadth first: a parent that ends at once leaves no trace of whose
    // children its own were. A subtree wider than the room is signalled in part only; what is left of it is found
    // as our children once the others have ended.
    std::array<pid_t, batch> members;
    std::size_t count = 0;
    members[count++] = root;
    for (std::size_t at = 0; at < count; ++at) {
        auto more = chainload::read_children(members[at], std::span(members).subspan(count));
        if (more) count += *more;
    }
    ::kill(root, signal);
    for (pid_t member : std::span(members).first(count).subspan(1)) signal_descendant(member, signal);
}

bool is_descendant(pid_t pid) {
    pid_t self = ::getpid();
    for (int depth = 0; pid > 1 && depth < 1000; ++depth) {
        if (pid == self) return depth > 0;
        auto stat = chainload::read_process_stat(pid);
        if (!stat) return false;
        pid = stat->parent;
    }
    return false;
}

std::optional<pid_t> oldest_child(std::span<const pid_t> spare) {
    std::array<pid_t, batch> children;
    auto count = chainload::read_children(0, children);
    if (!count) return std::nullopt;
    std::optional<pid_t> oldest;
    std::uint64_t since = 0;
    for (pid_t child : std::span(children).first(*count)) {
        auto stat = chainload::read_process_stat(child);
        if (!stat || stat->state == 'Z' || spared(child, spare)) continue;
        if (!oldest || stat->start < since) {
            oldest = child;
            since = stat->start;
        }
    }
    return oldest;
}

std::optional<uid_t> real_user_of(pid_t pid) {
    text_buffer<40> path("/proc/", pid, "/status");
    auto fd = chainload::open_at(AT_FDCWD, path.c_str(), O_RDONLY);
    if (!fd) return std::nullopt;
    std::optional<uid_t> user; // "Uid:", then the real, effective, saved and file system's, a tab before each
    constexpr std::string_view name = "Uid:\t";
    chainload::find_part(fd->get(), '\n', [&](std::string_view line) {
        if (!line.starts_with(name)) return false;
        line.remove_prefix(name.size());
        user = chainload::parse_number<std::uint32_t>(line.substr(0, line.find('\t')));
        return true;
    });
    return user;
}

bool is_stray(const stray_marks& marks, pid_t pid) {
    auto stat = chainload::read_process_stat(pid);
    return stat && stat->state != 'Z' && bears(marks, pid, *stat) == bearing::certain;
}

stray_census signal_strays(const stray_marks& marks, int signal) {
    auto proc = chainload::open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY);
    stray_census found;
    std::uint64_t oldest_start = 0;
    found.incomplete = !proc;
    if (!proc) return found;
    auto listed = chainload::list_directory(proc->get(), [&](const char* name, chainload::entry_type) {
        auto number = chainload::parse_number<std::uint32_t>(name);
        if (!number) return;
        auto pid = static_cast<pid_t>(*number);
        chainload::unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        if (!process) found.incomplete = found.incomplete || errno != ESRCH;
        auto stat = chainload::read_process_stat(pid);
        if (!stat) found.incomplete = found.incomplete || !chainload::is_gone(stat.why());
        if (!process || !stat || stat->state == 'Z') return;
        bearing how = bears(marks, pid, *stat);
        if (how == bearing::no || is_descendant(pid)) return;
        if (how == bearing::certain && (++found.count == 1 || stat->start < oldest_start)) {
            found.oldest = pid;
            oldest_start = stat->start;
        }
        if (signal != 0) (void)chainload::signal_process(process.get(), signal);
    });
    found.incomplete = found.incomplete || !listed;
    return found;
}

} // namespace reeve::supervise
