#include "chainload/helpers/isolation/frozen_trees.hpp"

#include "chainload/helpers/isolation/mount_calls.hpp"
#include "chainload/helpers/isolation/resolved_path.hpp"

#include <sys/mount.h>
#include <sys/statfs.h>

namespace reeve::chainload {

namespace {
constexpr char freezing[] = "make read-only", sparing[] = "leave writable";

bool is_read_only(const char* path) {
    struct statfs about;
    return ::statfs(path, &about) == 0 && (about.f_flags & MS_RDONLY) != 0;
}

result<void> freeze_copy(const char* path) {
    unique_fd tree(copy_mounts(path));
    if (!tree || freeze_mounts(tree.get(), "", at_empty_path) < 0 || attach_mounts(tree.get(), path) < 0)
        return failed(freezing);
    return {};
}

bool is_or_is_below(std::string_view path, std::string_view top) {
    if (top == "/" || path == top) return true;
    return path.starts_with(top) && path[top.size()] == '/';
}

// One mount; its other flags stay, which a user namespace may have locked.
result<void> remount(const char* mount_point) {
    constexpr unsigned long kept = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    struct statfs about;
    if (::statfs(mount_point, &about) == 0) {
        unsigned long flags = static_cast<unsigned long>(about.f_flags) & kept;
        if (::mount(nullptr, mount_point, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, nullptr) == 0)
            return {};
    }
    // Another mount covers it, or it is in a directory of somebody else: it cannot be reached.
    if (errno == ENOENT || errno == ENOTDIR || errno == EINVAL) return {};
    if (errno == EACCES && ::geteuid() != 0) return {};
    return failed(freezing);
}
} // namespace

result<void> frozen_trees::spare(const char* path) {
    if (count_ == spared_.size()) return failure{E2BIG, sparing};
    spared& one = spared_[count_];
    one.path = path;
    one.tree.reset(copy_mounts(path));
    if (!one.tree && errno == ENOENT && absent_is_fine_) return {};
    bool before_5_2 = !one.tree && errno == ENOSYS;
    if (!one.tree && !before_5_2) return failed(sparing);
    if (before_5_2 && ::mount(path, path, nullptr, MS_BIND | MS_REC, nullptr) < 0) {
        if (errno == ENOENT && absent_is_fine_) return {};
        return failed(sparing);
    }
    ++count_;
    return {};
}

bool frozen_trees::is_spared(std::string_view mount_point) const {
    for (const auto& one : all_spared()) {
        if (one.tree) continue; // put back later
        auto name = resolve_path(one.path, sparing);
        if (name && is_or_is_below(mount_point, name->view())) return true;
    }
    return false;
}

// `name` is resolved.
result<void> frozen_trees::freeze_each(const path_text& name, arena& memory) {
    bool root = name.view() == "/";
    if (!root && ::mount(name.c_str(), name.c_str(), nullptr, MS_BIND | MS_REC, nullptr) < 0)
        return failed(freezing);
    auto table = read_mount_table(memory);
    if (!table) return table.why();
    result<void> done;
    for (std::string_view rest = *table; done && !rest.empty();) {
        mount_entry one = next_mount(rest);
        if (is_or_is_below(one.mount_point.view(), name.view()) && !is_spared(one.mount_point.view()))
            done = remount(one.mount_point.c_str());
    }
    return done;
}

result<void> frozen_trees::freeze(const char* path, arena& memory) {
    auto name = resolve_path(path, freezing);
    if (!name) return absent_is_fine_ && name.why().error == ENOENT ? result<void>{} : name.why();
    if (freeze_mounts(AT_FDCWD, name->c_str()) == 0) return {};
    if (errno != EINVAL && errno != ENOSYS) return failed(freezing);
    result<void> done = errno == EINVAL ? freeze_copy(name->c_str()) : freeze_each(*name, memory);
    if (done && !is_read_only(name->c_str())) return failure{EBUSY, freezing};
    return done;
}

result<void> frozen_trees::put_back_spared() {
    for (const auto& one : all_spared())
        if (one.tree && attach_mounts(one.tree.get(), one.path) < 0) return failed(sparing);
    return {};
}

} // namespace reeve::chainload
