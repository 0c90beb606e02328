#include "chainload/helpers/waiting/path_condition.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"

#include <sys/stat.h>

namespace reeve::chainload {

namespace {
struct named_state {
    std::string_view name;
    path_state state;
};
constexpr named_state states[] = {{"exists", path_state::exists},
                                  {"gone", path_state::gone},
                                  {"changed", path_state::changed},
                                  {"non-empty", path_state::non_empty}};

// Whether there is something; a parent that is not there, or no directory, is nothing.
result<bool> look(const char* path, struct stat& found) {
    if (::stat(path, &found) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return failed("look at");
}

result<bool> has_entries(const char* path) {
    auto directory = open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0, "open directory");
    if (!directory && directory.why().error == ENOENT) return false;
    if (!directory) return directory.why();
    bool any = false;
    auto listed = list_directory(directory->get(), [&](const char*, entry_type) { any = true; });
    if (!listed) return listed.why();
    return any;
}
} // namespace

const path_state* find_path_state(std::string_view word) {
    for (const auto& one : states)
        if (one.name == word) return &one.state;
    return nullptr;
}

result<std::uint64_t> fingerprint(const char* path) {
    struct stat found;
    auto there = look(path, found);
    if (!there) return there.why();
    if (!*there) return std::uint64_t{0};
    std::uint64_t hash = 14695981039346656037u; // FNV-1a, by words
    auto add = [&](auto value) { hash = (hash ^ static_cast<std::uint64_t>(value)) * 1099511628211u; };
    add(found.st_ino);
    add(found.st_size);
    add(found.st_mode);
    add(found.st_mtim.tv_sec);
    add(found.st_mtim.tv_nsec);
    add(found.st_ctim.tv_sec);
    add(found.st_ctim.tv_nsec);
    return hash | 1;
}

result<bool> holds(const path_condition& condition) {
    if (condition.wanted == path_state::changed) {
        if (condition.touched) return true;
        auto now = fingerprint(condition.path);
        if (!now) return now.why();
        return *now != condition.before;
    }
    struct stat found;
    auto there = look(condition.path, found);
    if (!there || condition.wanted == path_state::exists) return there;
    if (condition.wanted == path_state::gone) return !*there;
    if (!*there) return false;
    return S_ISDIR(found.st_mode) ? has_entries(condition.path)
                                  : result<bool>(S_ISREG(found.st_mode) && found.st_size > 0);
}

} // namespace reeve::chainload
