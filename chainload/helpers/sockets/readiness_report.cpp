#include "chainload/helpers/sockets/readiness_report.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/descriptors/fd_number.hpp"

#include <poll.h>

namespace reeve::chainload {

namespace {
// A manager looks its senders up when it reads what they sent; this one is gone soon. So it sends BARRIER=1 with the end of
// a pipe, which the manager closes once it has read all that came before (sd_notify_barrier(3)).
void await_barrier(int socket, const unix_address& address) {
    constexpr int longest_wait_ms = 5000;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return;
    unique_fd in(ends[0]), out(ends[1]);
    char text[] = "BARRIER=1";
    iovec part{text, sizeof text - 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_name = const_cast<sockaddr*>(&address.any);
    message.msg_namelen = address.size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    int sent = out.get();
    std::memcpy(CMSG_DATA(header), &sent, sizeof sent);
    if (::sendmsg(socket, &message, 0) < 0) return;
    out.reset();
    pollfd closed{in.get(), 0, 0};
    ::poll(&closed, 1, longest_wait_ms);
}
} // namespace

std::optional<next> readiness_report::choose(const char* fd, process& self) {
    if (fd != nullptr) {
        auto number = parse_fd(fd);
        if (!number || *number <= STDERR_FILENO)
            return self.wrong_usage("-d: the number of a descriptor, from 3 on\n");
        if (::fcntl(*number, F_GETFD) < 0) return self.unable(errno, "use descriptor ", fd);
        fd_ = *number;
        return std::nullopt;
    }
    const char* path = self.variables.get("NOTIFY_SOCKET");
    if (path == nullptr) return self.fatal("nobody to tell: there is no -d, and NOTIFY_SOCKET is not set");
    auto address = parse_unix_address(path);
    if (!address || (path[0] != '/' && path[0] != '@'))
        return self.fatal("NOTIFY_SOCKET is no address: ", path);
    socket_ = *address;
    return std::nullopt;
}

void readiness_report::tell(pid_t program) {
    if (fd_ >= 0) {
        (void)write_all(fd_, std::string_view("\n")); // a literal would be written with its NUL
        ::close(fd_);
        return;
    }
    unique_fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    text_buffer<64> text("READY=1");
    if (program > 0) text.add("\nMAINPID=").add(program);
    if (::sendto(socket.get(), text.c_str(), text.view().size(), 0, &socket_.any, socket_.size) >= 0)
        await_barrier(socket.get(), socket_);
}

} // namespace reeve::chainload
