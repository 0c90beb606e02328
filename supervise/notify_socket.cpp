#include "supervise/notify_socket.hpp"

#include "supervise/layout.hpp"

#include <cstddef>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace reeve::supervise {

using chainload::failed;
using chainload::result;

namespace {
ssize_t receive(int fd, msghdr& message, int flags) {
    ssize_t got;
    do got = ::recvmsg(fd, &message, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    return got;
}

// The service may have dropped its rights; who may be heard is decided by descent, not by the file's mode. So the way to
// it must be passable too, also where another family's 0700 made the directory. What else its mode allows stays.
void open_the_way(int dir) {
    (void)::fchmodat(dir, path::notify, 0666, 0);
    struct stat state {};
    constexpr mode_t passable = 0111;
    if (::fstatat(dir, path::state, &state, 0) == 0 && (state.st_mode & passable) != passable)
        (void)::fchmodat(dir, path::state, (state.st_mode | passable) & 07777, 0);
}
} // namespace

result<void> notify_socket::open(int dir, std::string_view directory) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    chainload::text_buffer<sizeof address.sun_path> path(directory, '/', path::notify);
    socklen_t length = offsetof(sockaddr_un, sun_path);
    assignment_.clear();
    assignment_.add("NOTIFY_SOCKET=");
    if (path.overflowed()) {
        // Named after the directory itself, which no other service shares.
        struct stat info {};
        if (::fstatat(dir, ".", &info, 0) < 0) return failed("stat service directory");
        path.clear();
        path.add("reeve-notify-").add(info.st_dev).add('-').add(info.st_ino);
        std::memcpy(address.sun_path + 1, path.c_str(), path.view().size());
        length += static_cast<socklen_t>(path.view().size() + 1);
        assignment_.add('@').add(path.view());
    } else {
        std::memcpy(address.sun_path, path.c_str(), path.view().size() + 1);
        length += static_cast<socklen_t>(path.view().size() + 1);
        assignment_.add(path.view());
        ::unlinkat(dir, path::notify, 0);
    }
    fd_.reset();
    chainload::unique_fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return failed("create notify socket");
    int yes = 1;
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) < 0)
        return failed("set up notify socket");
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) < 0)
        return failed("bind notify socket");
    if (address.sun_path[0] != '\0') open_the_way(dir);
    fd_ = std::move(fd);
    return {};
}

bool notify_socket::look(std::span<char> buffer, datagram& into) {
    iovec part{buffer.data(), buffer.size()};
    // The kernel writes credentials first, and there is room for nothing else.
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = static_cast<decltype(message.msg_controllen)>(control.size());
    ssize_t got = receive(fd_.get(), message, MSG_PEEK);
    if (got < 0) return false;
    into.text = {buffer.data(), static_cast<std::size_t>(got)};
    into.cut = (message.msg_flags & MSG_TRUNC) != 0;
    into.sender = 0;
    into.fd_count = 0;
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
        ucred credentials;
        std::memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
        into.sender = credentials.pid;
    }
    return true;
}

void notify_socket::take(datagram& seen, bool with_descriptors) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int) * most_passed_fds)>
        control;
    msghdr message{};
    if (with_descriptors) {
        message.msg_control = control.data();
        message.msg_controllen = static_cast<decltype(message.msg_controllen)>(control.size());
    }
    if (receive(fd_.get(), message, 0) < 0 || !with_descriptors) return;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t at = 0; at < count && seen.fd_count < seen.fds.size(); ++at) {
            int fd;
            std::memcpy(&fd, CMSG_DATA(header) + at * sizeof fd, sizeof fd);
            seen.fds[seen.fd_count++].reset(fd);
        }
    }
}

} // namespace reeve::supervise
