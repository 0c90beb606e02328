#include "chainload/helpers/sockets/notify_translator.hpp"

#include "chainload/helpers/descriptors/fd_number.hpp"
#include "chainload/helpers/sockets/program_watcher.hpp"
#include "chainload/process.hpp"

#include <fcntl.h>
#include <poll.h>

namespace reeve::chainload {

namespace {
using event = program_watcher::event;

// Whether `pid` is the program or descends from it: the socket is there for everybody.
bool is_of_program(pid_t pid, pid_t program) {
    constexpr int deepest = 64;
    for (int depth = 0; depth < deepest && pid > 1 && pid != program; ++depth) {
        auto stat = read_process_stat(pid);
        if (!stat) return false;
        pid = stat->parent;
    }
    return pid == program;
}

// The next datagram's text; the descriptors that came with it, a barrier's above all, are closed. Nothing: none is there.
std::optional<std::string_view> receive(int socket, std::span<char> buffer, pid_t& sender) {
    constexpr std::size_t most_fds = 253; // SCM_MAX_FD of the kernel
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(most_fds * sizeof(int))];
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t got = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) return std::nullopt;
    sender = 0;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_CREDENTIALS) {
            ucred from;
            std::memcpy(&from, CMSG_DATA(header), sizeof from);
            sender = from.pid;
        }
        if (header->cmsg_type != SCM_RIGHTS) continue;
        std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd;
            std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
            ::close(fd);
        }
    }
    return std::string_view(buffer.data(), static_cast<std::size_t>(got));
}

bool has_line(std::string_view text, std::string_view wanted) {
    while (!text.empty()) {
        std::size_t end = std::min(text.find('\n'), text.size());
        if (text.substr(0, end) == wanted) return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

// An abstract address that the kernel chooses (unix(7), autobind): no file is left behind, whoever the program becomes.
int open_socket(unix_address& address) {
    int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), yes = 1;
    address.path.sun_family = AF_UNIX;
    address.size = sizeof address.path;
    if (fd >= 0 && ::bind(fd, &address.any, sizeof(sa_family_t)) == 0 &&
        ::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) == 0 &&
        ::getsockname(fd, &address.any, &address.size) == 0)
        return fd;
    int error = errno;
    if (fd >= 0) ::close(fd);
    errno = error;
    return -1;
}

// Stays as long as the program: what it says later must have somebody who takes it.
void listen_for_ready(int socket, const program_watcher& watcher, readiness_report& report) {
    std::array<char, 4096> buffer;
    for (bool told = false;;) {
        event what = watcher.await(no_deadline, socket, POLLIN);
        pid_t sender;
        auto text = receive(socket, buffer, sender);
        if (!text && what == event::program_ended) return;
        if (!text || told || !is_of_program(sender, watcher.program()) || !has_line(*text, "READY=1"))
            continue;
        report.tell(watcher.program());
        told = true;
    }
}

// As s6 has it: ready is the first newline, and what else is written does not count.
bool newline_comes(int pipe) {
    std::array<char, 256> buffer;
    for (;;) {
        ssize_t got = ::read(pipe, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        if (std::memchr(buffer.data(), '\n', static_cast<std::size_t>(got)) != nullptr) return true;
    }
}
} // namespace

next translate_to_newline(readiness_report& report, char** rest, process& self) {
    unix_address address;
    unique_fd socket(open_socket(address));
    if (!socket) return self.unable(errno, "create socket");
    program_watcher watcher;
    const int keep[] = {report.fd(), socket.get()};
    auto child = watcher.fork(keep);
    if (!child) return self.unable(child.why().error, child.why().step);
    if (*child == 0) {
        listen_for_ready(socket.get(), watcher, report);
        ::_exit(0);
    }
    ::close(report.fd());
    constexpr std::size_t before = offsetof(sockaddr_un, sun_path) + 1;
    text_buffer<112> path('@', std::string_view(address.path.sun_path + 1, address.size - before));
    return self.variables.set("NOTIFY_SOCKET", path.view()) ? self.go_on(rest) : self.out_of_memory();
}

next translate_to_notify(readiness_report& report, int fd, char** rest, process& self) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return self.unable(errno, "create pipe");
    unique_fd in(ends[0]), out(ends[1]);
    program_watcher watcher;
    const int keep[] = {in.get()};
    auto child = watcher.fork(keep);
    if (!child) return self.unable(child.why().error, child.why().step);
    if (*child == 0) {
        if (newline_comes(in.get()))
            report.tell(watcher.await(0) == event::program_ended ? 0 : watcher.program());
        ::_exit(0);
    }
    in.reset();
    if (!move_fd(out.release(), fd)) return self.unable(errno, "make descriptor ", fd);
    return self.variables.unset("NOTIFY_SOCKET") ? self.go_on(rest) : self.out_of_memory();
}

} // namespace reeve::chainload
