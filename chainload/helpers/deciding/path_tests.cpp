// The predicates about paths. What cannot be looked at, for want of a right say, is an error; what is not there, is not.
#include "chainload/helpers/deciding/predicates.hpp"
#include "chainload/helpers/waiting/mount_table.hpp"
#include "chainload/helpers/waiting/path_condition.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
finding whether(bool truth) {
    return {.is_there = truth};
}

// False: there is nothing.
result<bool> look(const char* path, struct stat& found, int flags = 0) {
    if (::fstatat(AT_FDCWD, path, &found, flags) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return failed("look at");
}

// By the ids in force. The C library's faccessat may fork to learn that.
int access_as_we_are(const char* path, int access) {
    constexpr long faccessat2 = 439; // Linux 5.8
    int done = static_cast<int>(::syscall(faccessat2, AT_FDCWD, path, access, AT_EACCESS));
    return done < 0 && errno == ENOSYS ? ::faccessat(AT_FDCWD, path, access, AT_EACCESS) : done;
}
} // namespace

result<finding> look_for_any(const char* const* words, question&) {
    struct stat found;
    auto there = look(words[0], found);
    if (!there) return there.why();
    return whether(*there);
}

template <unsigned Type>
result<finding> look_for_type(const char* const* words, question&) {
    struct stat found;
    auto there = look(words[0], found);
    if (!there) return there.why();
    return whether(*there && (found.st_mode & S_IFMT) == Type);
}
template result<finding> look_for_type<S_IFREG>(const char* const*, question&);
template result<finding> look_for_type<S_IFDIR>(const char* const*, question&);
template result<finding> look_for_type<S_IFSOCK>(const char* const*, question&);
template result<finding> look_for_type<S_IFIFO>(const char* const*, question&);
template result<finding> look_for_type<S_IFBLK>(const char* const*, question&);
template result<finding> look_for_type<S_IFCHR>(const char* const*, question&);

result<finding> look_for_symlink(const char* const* words, question&) {
    struct stat found;
    auto there = look(words[0], found, AT_SYMLINK_NOFOLLOW);
    if (!there) return there.why();
    return whether(*there && S_ISLNK(found.st_mode));
}

template <int Access>
result<finding> look_for_access(const char* const* words, question&) {
    if (access_as_we_are(words[0], Access) == 0) return whether(true);
    constexpr int noes[] = {ENOENT, ENOTDIR, EACCES, EPERM, EROFS, ETXTBSY};
    for (int no : noes)
        if (errno == no) return whether(false);
    return failed("look at");
}
template result<finding> look_for_access<R_OK>(const char* const*, question&);
template result<finding> look_for_access<W_OK>(const char* const*, question&);
template result<finding> look_for_access<X_OK>(const char* const*, question&);

result<finding> look_for_empty(const char* const* words, question&) {
    struct stat found;
    auto there = look(words[0], found);
    if (!there) return there.why();
    if (!*there || !(S_ISREG(found.st_mode) || S_ISDIR(found.st_mode))) return whether(false);
    auto filled = holds({.wanted = path_state::non_empty, .path = words[0]});
    if (!filled) return filled.why();
    return whether(!*filled);
}

result<finding> look_for_newer(const char* const* words, question& about) {
    struct stat first, second;
    auto there = look(words[0], first);
    if (!there) return there.why();
    about.culprit = words[1];
    auto other = look(words[1], second);
    if (!other) return other.why();
    // Anything is newer than nothing, as for test -nt.
    if (!*there || !*other) return whether(*there);
    const timespec &a = first.st_mtim, &b = second.st_mtim;
    return whether(a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec);
}

result<finding> look_for_mount(const char* const* words, question&) {
    mount_table mounts;
    if (auto opened = mounts.open(); !opened) return opened.why();
    auto mounted = mounts.has(words[0]);
    if (!mounted) return mounted.why();
    return whether(*mounted);
}

} // namespace reeve::chainload
