#include "supervise/start_env.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "supervise/layout.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <sys/stat.h>

namespace reeve::supervise {

using chainload::failed;
using chainload::failure;
using chainload::result;

namespace {
constexpr char used[] = "supervise/start-env.used";
constexpr char read_step[] = "read supervise/start-env";
constexpr char remove_step[] = "remove supervise/start-env";

// The value of a variable, from the text of its file, in place: the size it has then.
std::size_t value_size(std::span<char> text) {
    auto end = std::find(text.begin(), text.end(), '\n');
    while (end != text.begin() && (end[-1] == ' ' || end[-1] == '\t')) --end;
    std::replace(text.begin(), end, '\0', '\n');
    return static_cast<std::size_t>(end - text.begin());
}

// One file becomes one assignment at the beginning of `storage`: how many bytes that took.
result<std::size_t> read_variable(int env, const char* name, std::span<char> storage, start_variable& into) {
    std::string_view key(name);
    if (key.find('=') != std::string_view::npos) return failure{EINVAL, read_step};
    if (key.size() + 2 > storage.size()) return failure{E2BIG, read_step};
    auto fd = chainload::open_at(env, name, O_RDONLY | chainload::wary, 0, read_step);
    if (!fd) return fd.why();
    struct stat found;
    if (::fstat(fd->get(), &found) < 0) return failed(read_step);
    if (!S_ISREG(found.st_mode)) return failure{EINVAL, read_step};
    std::copy(key.begin(), key.end(), storage.begin());
    auto text = chainload::read_whole(fd->get(), storage.subspan(key.size() + 1), read_step);
    if (!text) return text.why();
    into = {storage.data(), text->empty()};
    storage[key.size()] = into.unset ? '\0' : '=';
    if (into.unset) return key.size() + 1;
    std::size_t size = key.size() + 1 + value_size(storage.subspan(key.size() + 1, text->size()));
    storage[size] = '\0'; // read_whole leaves room for one byte
    return size + 1;
}

// Removes a directory of files; what is not there is removed already.
result<void> remove_directory(int dir, const char* path) {
    // A file system may skip entries of a directory that changes while it is listed: hence more than one round.
    for (int round = 0; round < 8; ++round) {
        if (::unlinkat(dir, path, AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
        // A file or a symlink in its place: what a symlink leads to stays as it is.
        if (errno == ENOTDIR && ::unlinkat(dir, path, 0) == 0) return {};
        if (errno != ENOTEMPTY && errno != EEXIST) return failed(remove_step);
        auto fd = chainload::open_at(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, remove_step);
        if (!fd) return fd.why();
        auto remove = [&](const char* name, chainload::entry_type) { ::unlinkat(fd->get(), name, 0); };
        if (auto listed = chainload::list_directory(fd->get(), remove, remove_step); !listed) return listed;
    }
    return failure{ENOTEMPTY,
                   remove_step}; // a directory in it, or files of which only their owner may dispose
}
} // namespace

result<std::size_t> read_start_env(int dir, std::span<char> storage, std::span<start_variable> into) {
    auto env = chainload::open_at(dir, path::start_env, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, read_step);
    if (!env && env.why().error == ENOENT) return std::size_t{0};
    if (!env) return env.why();
    std::size_t count = 0;
    failure first{};
    auto add = [&](const char* name, chainload::entry_type) {
        if (name[0] == '.' || first.error != 0) return;
        if (count == into.size()) {
            first = {E2BIG, read_step};
            return;
        }
        auto taken = read_variable(env->get(), name, storage, into[count]);
        if (!taken) {
            first = taken.why();
            return;
        }
        storage = storage.subspan(*taken);
        ++count;
    };
    if (auto listed = chainload::list_directory(env->get(), add, read_step); !listed) return listed.why();
    if (first.error != 0) return first;
    return count;
}

result<void> remove_start_env(int dir) {
    // What an interrupted removal left behind would be in the way of the rename.
    if (auto cleared = remove_directory(dir, used); !cleared) return cleared;
    if (::renameat(dir, path::start_env, dir, used) < 0) {
        if (errno == ENOENT) return {};
        return failed(remove_step);
    }
    return remove_directory(dir, used);
}

} // namespace reeve::supervise
