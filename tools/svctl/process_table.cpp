#include "tools/svctl/process_table.hpp"

#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "tools/svctl/scan_directory.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace reeve::svctl {

namespace {
std::optional<std::string> read_small(const std::string& path) {
    std::array<char, 4096> buffer;
    auto text = chainload::read_whole_at(AT_FDCWD, path.c_str(), buffer);
    if (!text) return std::nullopt;
    return std::string(*text);
}

// The cgroup v2 path of a process: the line "0::PATH" of /proc/PID/cgroup.
std::string cgroup_of(pid_t pid) {
    auto text = read_small("/proc/" + std::to_string(pid) + "/cgroup");
    if (!text) return {};
    std::size_t at = text->starts_with("0::") ? 0 : text->find("\n0::");
    if (at == std::string::npos) return {};
    at = text->find("::", at) + 2;
    return text->substr(at, text->find('\n', at) - at);
}

std::optional<std::uint64_t> number_after(const std::string& text, std::string_view key) {
    std::size_t at = text.find(key);
    if (at == std::string::npos) return std::nullopt;
    std::string_view rest = std::string_view(text).substr(at + key.size());
    return chainload::parse_number<std::uint64_t>(rest.substr(0, rest.find_first_of(" \n")));
}

// Memory of a process in bytes, what it shares counted in proportion, so that a sum over processes is right.
// /proc/PID/stat's figure is kept per processor by the kernel and reads 0 for small processes.
std::optional<std::uint64_t> proportional_memory(pid_t pid) {
    auto text = read_small("/proc/" + std::to_string(pid) + "/smaps_rollup");
    if (!text) return std::nullopt;
    std::size_t at = text->find("\nPss:");
    if (at == std::string::npos) return std::nullopt;
    std::string_view rest = std::string_view(*text).substr(at + 5);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    auto kilobytes = chainload::parse_number<std::uint64_t>(rest.substr(0, rest.find(' ')));
    return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
}

void take_from_cgroup(const std::string& path, usage& into) {
    std::string base = "/sys/fs/cgroup" + path;
    if (auto memory = read_small(base + "/memory.current"))
        if (auto bytes = chainload::parse_number<std::uint64_t>(chainload::trim_blanks(*memory)))
            into.memory_bytes = *bytes;
    if (auto cpu = read_small(base + "/cpu.stat"))
        if (auto microseconds = number_after(*cpu, "usage_usec ")) into.cpu_ms = *microseconds / 1000;
}
} // namespace

process_table::process_table() {
    const auto ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    auto names = list_directory(AT_FDCWD, "/proc");
    if (!names) return;
    for (const std::string& name : *names) {
        auto pid = chainload::parse_number<std::uint32_t>(name);
        if (!pid) continue;
        auto text = read_small("/proc/" + name + "/stat");
        if (!text) continue;
        std::size_t at = text->rfind(')');
        if (at == std::string::npos) continue;
        // proc(5): field 3 follows the name; 4 ppid, 14-17 utime stime cutime cstime, 24 rss in pages.
        std::array<std::uint64_t, 25> fields{};
        std::string_view rest = std::string_view(*text).substr(at + 1);
        for (std::size_t field = 3; field < fields.size(); ++field) {
            rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
            std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
            fields[field] = chainload::parse_number<std::uint64_t>(rest.substr(0, end)).value_or(0);
            rest.remove_prefix(end);
        }
        auto parent = static_cast<pid_t>(fields[4]);
        std::uint64_t ticks = fields[14] + fields[15] + fields[16] + fields[17];
        processes_[static_cast<pid_t>(*pid)] = {parent, ticks * 1000 / ticks_per_second, fields[24] * page};
        children_.emplace(parent, static_cast<pid_t>(*pid));
    }
}

void process_table::add_tree(pid_t root, bool with_root, std::vector<pid_t>& into) const {
    auto known = [&](pid_t pid) { return std::find(into.begin(), into.end(), pid) != into.end(); };
    std::vector<pid_t> pending{root};
    while (!pending.empty()) {
        pid_t pid = pending.back();
        pending.pop_back();
        bool counts = pid != root || with_root;
        if (counts && (known(pid) || !processes_.contains(pid))) continue;
        if (counts) into.push_back(pid);
        auto [first, last] = children_.equal_range(pid);
        for (auto child = first; child != last; ++child) pending.push_back(child->second);
    }
}

std::optional<usage> process_table::used_by(pid_t main, pid_t supervise) const {
    std::vector<pid_t> members;
    if (supervise > 0) add_tree(supervise, false, members);
    if (main > 0) add_tree(main, true, members);
    if (members.empty()) return std::nullopt;
    usage sum;
    for (pid_t pid : members) {
        const process& one = processes_.at(pid);
        sum.cpu_ms += one.cpu_ms;
        sum.memory_bytes += proportional_memory(pid).value_or(one.memory_bytes);
    }
    sum.processes = static_cast<std::uint32_t>(members.size());
    if (main > 0 && supervise > 0) {
        std::string own = cgroup_of(main);
        if (!own.empty() && own != cgroup_of(supervise)) take_from_cgroup(own, sum);
    }
    return sum;
}

} // namespace reeve::svctl
