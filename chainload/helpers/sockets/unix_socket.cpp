#include "chainload/helpers/sockets/unix_socket.hpp"

#include "chainload/file.hpp"

namespace reeve::chainload {

namespace {
// Whether a socket of this file is in use: any answer but a refusal means that somebody has it open.
bool is_dead(const unix_address& address, int type) {
    unique_fd probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return probe && ::connect(probe.get(), &address.any, address.size) < 0 && errno == ECONNREFUSED;
}

result<void> remove_dead_socket(const unix_address& address, int type) {
    struct stat before {
    }, after{};
    const char* path = address.path.sun_path;
    if (::lstat(path, &before) < 0) return failed("look at");
    if (!S_ISSOCK(before.st_mode)) return failure{ENOTSOCK, "replace"};
    if (!is_dead(address, type)) return failure{EADDRINUSE, "bind"};
    // Another that starts at the same moment may have put its own there by now.
    if (::lstat(path, &after) < 0 && errno == ENOENT) return {};
    if (after.st_ino != before.st_ino || after.st_dev != before.st_dev) return failure{EADDRINUSE, "bind"};
    if (::unlink(path) < 0 && errno != ENOENT) return failed("remove the dead socket at");
    return {};
}

// The mode the file gets is that of the socket before it is bound, less the umask (unix_bind in the kernel). So there is
// no moment in which it has another one.
int bind_with_mode(int fd, const unix_address& address, mode_t mode) {
    if (::fchmod(fd, mode) < 0) return -1;
    mode_t mask = ::umask(0);
    int bound = ::bind(fd, &address.any, address.size);
    int error = errno;
    ::umask(mask);
    errno = error;
    return bound;
}

result<void> give_rights(const char* path, const owner& of, mode_t mode) {
    auto node = open_at(AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0, "open");
    if (!node) return node.why();
    struct stat made {};
    if (::fstat(node->get(), &made) < 0) return failed("look at");
    // What was made has no mode at all and one name: in a directory of somebody else's it could have been replaced.
    if (made.st_mode != S_IFSOCK || made.st_uid != ::geteuid() || made.st_nlink != 1)
        return failure{EEXIST, "own"};
    if (::fchownat(node->get(), "", of.user, of.group, AT_EMPTY_PATH) < 0)
        return failed("change the owner of");
    if (!change_mode(node->get(), mode)) return failed("change the mode of");
    return {};
}
} // namespace

result<unique_fd> bind_unix_socket(const unix_address& address, int type, const node_rights& rights) {
    unique_fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    if (!fd) return failed("create socket for");
    mode_t mode = rights.mode.value_or(0777 & ~current_umask());
    mode_t at_first = rights.of ? 0 : mode;
    int bound = bind_with_mode(fd.get(), address, at_first);
    if (bound < 0 && errno == EADDRINUSE && !address.is_abstract()) {
        if (auto removed = remove_dead_socket(address, type); !removed) return removed.why();
        bound = bind_with_mode(fd.get(), address, at_first);
    }
    if (bound < 0) return failed("bind");
    if (!address.is_abstract() && rights.of)
        if (auto given = give_rights(address.path.sun_path, *rights.of, mode); !given) {
            // What is there instead of it is not ours to remove.
            if (given.why().error != EEXIST) ::unlink(address.path.sun_path);
            return given.why();
        }
    return fd;
}

} // namespace reeve::chainload
