#include "supervise/cgroup.hpp"

#include "chainload/clock.hpp"
#include "chainload/directory.hpp"
#include "chainload/error_text.hpp"
#include "chainload/file.hpp"
#include "chainload/file_parts.hpp"
#include "chainload/mount_line.hpp"
#include "chainload/number.hpp"
#include "chainload/text.hpp"

#include <array>
#include <cstring>
#include <sys/stat.h>

namespace reeve::supervise {

using chainload::failed;
using chainload::failure;
using chainload::open_at;
using chainload::result;
using chainload::text_buffer;

namespace {
using path_text = text_buffer<PATH_MAX>;

// The leaf's name begins with this: the directory's inode tells services of the same name apart.
text_buffer<NAME_MAX + 1> leaf_prefix(int dir, std::string_view service) {
    struct stat info {};
    (void)::fstatat(dir, ".", &info, 0);
    text_buffer<NAME_MAX + 1> prefix("reeve-", info.st_ino, '-');
    for (char c : service) prefix.add(c == '/' ? ':' : c);
    return prefix.add(".run.");
}

// Makes a leaf that no run before had: named by the time, in nanoseconds since boot, and never one that is there
// already, which may be that of a run whose last process is still ending.
bool make_leaf(int parent, std::string_view prefix, text_buffer<NAME_MAX + 1>& name) {
    timespec now = chainload::read_clock(CLOCK_BOOTTIME);
    auto number =
        static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
    for (;; ++number) {
        name.clear();
        name.add(prefix).add(number);
        if (::mkdirat(parent, name.c_str(), 0755) == 0) return true;
        if (errno != EEXIST) return false;
    }
}

// Where the version 2 hierarchy is mounted.
bool find_mount(path_text& into) {
    auto fd = open_at(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY);
    if (!fd) return false;
    return chainload::find_part(fd->get(), '\n', [&](std::string_view line) {
        chainload::mount_line one = chainload::cut_mount_line(line);
        if (one.type != "cgroup2") return false;
        while (!one.mount_point.empty()) into.add(chainload::take_unescaped(one.mount_point));
        return true;
    });
}

// The path of a process's group within the version 2 hierarchy, from /proc/PID/cgroup ("0::PATH").
bool find_group(const char* file, path_text& into) {
    std::array<char, PATH_MAX> buffer;
    auto text = chainload::read_whole_at(AT_FDCWD, file, buffer);
    if (!text) return false;
    std::size_t at = text->starts_with("0::") ? 0 : text->find("\n0::");
    if (at == std::string_view::npos) return false;
    std::string_view rest = text->substr(text->find("::", at) + 2);
    into.add(rest.substr(0, rest.find('\n')));
    return true;
}
} // namespace

bool run_cgroup::write(const char* file, std::string_view value) {
    auto fd = open_at(leaf_.get(), file, O_WRONLY);
    return fd && ::write(fd->get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

result<void> run_cgroup::create(int dir, std::string_view service, chainload::messenger& log) {
    path_text base;
    if (!find_mount(base) || !find_group("/proc/self/cgroup", base))
        return failure{ENOSYS, "find a cgroup version 2 hierarchy"};
    auto parent = open_at(AT_FDCWD, base.c_str(), O_PATH | O_DIRECTORY, 0, "open own cgroup");
    if (!parent) return parent.why();
    text_buffer<NAME_MAX + 1> name;
    if (!make_leaf(parent->get(), leaf_prefix(dir, service).view(), name)) return failed("make cgroup");
    auto leaf = open_at(parent->get(), name.c_str(), O_PATH | O_DIRECTORY, 0, "open cgroup");
    if (!leaf) return leaf.why();
    auto procs = open_at(leaf->get(), "cgroup.procs", O_WRONLY, 0, "open cgroup.procs");
    if (!procs) return procs.why();
    parent_ = std::move(*parent);
    leaf_ = std::move(*leaf);
    procs_ = std::move(*procs);
    std::memcpy(name_, name.c_str(), name.view().size() + 1);

    auto knobs = open_at(dir, "cgroup", O_RDONLY | O_DIRECTORY, 0, "open cgroup/");
    if (!knobs) return knobs.why();
    return chainload::list_directory(knobs->get(), [&](const char* file, chainload::entry_type) {
        if (file[0] == '.') return;
        std::array<char, 1024> value;
        auto text = chainload::read_whole_at(knobs->get(), file, value, "read");
        if (!text)
            log.say(chainload::level::warning, "unable to read cgroup/", file, ": ",
                    chainload::error_text(text.why().error));
        else if (!write(file, chainload::trim_blanks(*text)))
            log.say(chainload::level::warning, "unable to set cgroup/", file, ": ",
                    chainload::error_text(errno));
    });
}

bool run_cgroup::adopt(int dir, std::string_view service, pid_t pid) {
    path_text base, group;
    text_buffer<40> file("/proc/", pid, "/cgroup");
    if (!find_mount(base) || !find_group(file.c_str(), group)) return false;
    std::size_t slash = group.view().rfind('/');
    std::string_view name = group.view().substr(slash + 1);
    if (slash == std::string_view::npos || !name.starts_with(leaf_prefix(dir, service).view())) return false;
    base.add(group.view().substr(0, slash));
    auto parent = open_at(AT_FDCWD, base.c_str(), O_PATH | O_DIRECTORY);
    if (!parent || name.size() > NAME_MAX) return false;
    std::memcpy(name_, name.data(), name.size());
    name_[name.size()] = '\0';
    auto leaf = open_at(parent->get(), name_, O_PATH | O_DIRECTORY);
    if (!leaf) return false;
    parent_ = std::move(*parent);
    leaf_ = std::move(*leaf);
    return true;
}

bool run_cgroup::remove() {
    if (!leaf_) return true;
    if (::unlinkat(parent_.get(), name_, AT_REMOVEDIR) < 0 && errno == EBUSY) return false;
    leaf_.reset();
    parent_.reset();
    procs_.reset();
    return true;
}

bool run_cgroup::empty() const {
    auto fd = open_at(leaf_.get(), "cgroup.procs", O_RDONLY);
    char byte;
    return !fd || ::read(fd->get(), &byte, 1) <= 0;
}

bool run_cgroup::kill() {
    return write("cgroup.kill", "1");
}

bool run_cgroup::freeze(bool frozen) {
    return write("cgroup.freeze", frozen ? "1" : "0");
}

} // namespace reeve::supervise
