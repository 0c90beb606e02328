// The predicates about the machine and its kernel.
#include "chainload/file.hpp"
#include "chainload/helpers/deciding/predicates.hpp"

#include <bit>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// As the kernel compares parameter names: - and _ are the same.
bool is_same_name(std::string_view a, std::string_view b) {
    auto plain = [](char c) { return c == '-' ? '_' : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (plain(a[i]) != plain(b[i])) return false;
    return true;
}

// The next word of the kernel's command line, which is cut off; blanks between double quotes are part of it.
std::string_view take_boot_word(std::string_view& line) {
    while (line.starts_with(' ') || line.starts_with('\n')) line.remove_prefix(1);
    std::size_t end = 0;
    for (bool quoted = false; end < line.size() && (quoted || (line[end] != ' ' && line[end] != '\n')); ++end)
        if (line[end] == '"') quoted = !quoted;
    std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

std::string_view without_quotes(std::string_view text) {
    bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

result<finding> name_of_system(char (utsname::*field)[65], question& about) {
    utsname names;
    if (::uname(&names) < 0) return failed("get the name of the system");
    about.room.clear();
    about.room.add(names.*field);
    return finding{.is_there = true, .text = about.room.view()};
}
} // namespace

// Of a word that comes several times the last one counts, as it does for most of the kernel.
result<finding> look_for_boot_word(const char* const* words, question& about) {
    about.culprit = "/proc/cmdline";
    auto line = read_whole_at(AT_FDCWD, about.culprit, {about.room.data(), 4096}, "read");
    if (!line) return line.why();
    finding found;
    for (std::string_view rest = *line, word; !(word = without_quotes(take_boot_word(rest))).empty();) {
        std::size_t sign = word.find('=');
        if (!is_same_name(word.substr(0, sign), words[0])) continue;
        found.is_there = true;
        found.text = sign == std::string_view::npos ? "" : without_quotes(word.substr(sign + 1));
    }
    return found;
}

result<finding> look_for_host(const char* const*, question& about) {
    return name_of_system(&utsname::nodename, about);
}

result<finding> look_for_machine(const char* const*, question& about) {
    return name_of_system(&utsname::machine, about);
}

result<finding> look_for_kernel(const char* const*, question& about) {
    return name_of_system(&utsname::release, about);
}

result<finding> look_for_memory(const char* const*, question& about) {
    about.culprit = "";
    struct sysinfo info;
    if (::sysinfo(&info) < 0) return failed("get the size of the memory");
    return finding{.is_there = true, .number = static_cast<std::uint64_t>(info.totalram) * info.mem_unit};
}

// Those that this process may use.
result<finding> look_for_cpus(const char* const*, question& about) {
    about.culprit = "";
    std::array<unsigned long, 128> mask{}; // 8192, which is as many as Linux can have
    long bytes = ::syscall(SYS_sched_getaffinity, 0, sizeof mask, mask.data());
    if (bytes < 0) return failed("count the CPUs");
    std::uint64_t count = 0;
    for (unsigned long part : mask) count += static_cast<std::uint64_t>(std::popcount(part));
    return finding{.is_there = true, .number = count};
}

} // namespace reeve::chainload
