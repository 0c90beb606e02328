#include "chainload/helpers/place/owned_directory.hpp"

#include "chainload/file.hpp"

#include <sys/stat.h>

namespace reeve::chainload {

namespace {
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

// Whether nobody but root and the caller can put another directory in the place of one in here. In a sticky one nobody
// can, for what is the caller's or root's.
result<void> trust(int dir) {
    struct stat info;
    if (::fstat(dir, &info) < 0) return failed("look at");
    bool owner = info.st_uid == 0 || info.st_uid == ::geteuid();
    bool others_write = (info.st_mode & 022) != 0 && (info.st_mode & S_ISVTX) == 0;
    if (!owner || others_write) return failure{EPERM, "trust"};
    return {};
}

// The open directory `name` in `dir`, made if `make` says so. With O_PATH it need not be readable.
result<unique_fd> enter(int dir, const char* name, int flags, bool make, mode_t mode) {
    if (make && ::mkdirat(dir, name, mode) < 0 && errno != EEXIST) return failed("make");
    auto fd = open_at(dir, name, flags, 0, "open");
    struct stat info;
    // With O_DIRECTORY a link is ENOTDIR, which would not say what is wrong.
    if (!fd && ::fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode))
        return failure{ELOOP, "go through the symbolic link"};
    return fd;
}

result<void> hand_over(int fd, const directory_wish& wish) {
    struct stat info;
    if (::fstat(fd, &info) < 0) return failed("look at");
    uid_t user = wish.user.value_or(::geteuid());
    if (info.st_uid != user && info.st_uid != 0 && info.st_uid != ::geteuid())
        return failure{EEXIST, "take over"};
    bool change = info.st_uid != user || (wish.user && info.st_gid != wish.group);
    if (change && ::fchown(fd, user, wish.user ? wish.group : info.st_gid) < 0) return failed("give away");
    if (::fchmod(fd, wish.mode) < 0) return failed("set the mode of");
    return {};
}
} // namespace

result<void> provide_directory(std::string_view path, const directory_wish& wish, text_buffer<4096>& where) {
    auto dir = open_at(AT_FDCWD, path.starts_with('/') ? "/" : ".", O_PATH | O_DIRECTORY, 0, "open");
    if (!dir) return dir.why();
    where.add(path.starts_with('/') ? "/" : "");
    for (;;) {
        path.remove_prefix(path.find_first_not_of('/') < path.size() ? path.find_first_not_of('/')
                                                                     : path.size());
        std::size_t slash = path.find('/');
        text_buffer<256> name(path.substr(0, slash));
        path.remove_prefix(name.view().size() < path.size() ? name.view().size() : path.size());
        bool last = path.find_first_not_of('/') == std::string_view::npos;
        if (name.overflowed()) return failure{ENAMETOOLONG, "open"};
        if (last && (name.view().empty() || name.view() == "." || name.view() == ".."))
            return failure{EINVAL, "make"};
        if (auto safe = trust(dir->get()); !safe) return safe;
        where.add(name.view());
        // What is only gone through need not be readable.
        auto next =
            enter(dir->get(), name.c_str(), last ? directory_flags : O_PATH | O_DIRECTORY | O_NOFOLLOW,
                  last || wish.make_parents, last ? 0700 : 0755);
        if (!next) return next.why();
        if (last) return hand_over(next->get(), wish);
        *dir = std::move(*next);
        where.add('/');
    }
}

} // namespace reeve::chainload
