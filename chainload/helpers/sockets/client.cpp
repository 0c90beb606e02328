#include "chainload/helpers/sockets/client.hpp"

#include "chainload/helpers/sockets/unix_address.hpp"

namespace reeve::chainload {

namespace {
struct bound_address {
    unix_address path; // longer than an address of IP, which begins with the same family
    inet_address inet;

    explicit bound_address(int fd) {
        path.size = sizeof path.path;
        known_ = ::getsockname(fd, &path.any, &path.size) == 0;
        if (!known_ || is_unix()) return;
        inet.size = path.size < sizeof inet.v6 ? path.size : sizeof inet.v6;
        std::memcpy(&inet.v6, &path.path, inet.size);
    }
    bool is_known() const { return known_; }
    bool is_unix() const { return path.any.sa_family == AF_UNIX; }
    // "/run/s" or "@name"; without a name nothing.
    text_buffer<112> path_text() const {
        constexpr std::size_t before = offsetof(sockaddr_un, sun_path);
        text_buffer<112> text;
        if (path.size <= before) return text;
        std::string_view bytes(path.path.sun_path, path.size - before);
        if (bytes.front() == '\0') return text.add('@').add(bytes.substr(1));
        return text.add(bytes.substr(0, bytes.find('\0')));
    }

private:
    bool known_ = false;
};
} // namespace

int accept_client(int listener, client& into) {
    inet_address remote;
    int fd = ::accept4(listener, &remote.any, &remote.size, SOCK_CLOEXEC);
    if (fd < 0) return fd;
    bound_address local(fd);
    into.local_path.clear();
    into.who.by_address = !local.is_unix();
    if (local.is_unix()) {
        ucred peer{};
        socklen_t size = sizeof peer;
        ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
        into.who.user = peer.uid;
        into.who.group = peer.gid;
        into.pid = peer.pid;
        into.local_path = local.path_text();
        return fd;
    }
    into.who.ip = remote.ip();
    into.port = remote.port();
    into.local_ip = local.inet.ip();
    into.local_port = local.inet.port();
    return fd;
}

text_buffer<112> bound_to(int listener) {
    bound_address local(listener);
    if (!local.is_known()) return {};
    return local.is_unix() ? local.path_text() : text_buffer<112>(local.inet.port());
}

text_buffer<48> client::name() const {
    return who.by_address ? format_ip(who.ip) : text_buffer<48>("uid ", who.user);
}

text_buffer<320> client::local_end(std::string_view local_name) const {
    if (!who.by_address) return text_buffer<320>(local_path.view());
    return text_buffer<320>(local_name, ':', format_ip(local_ip).view(), ':', local_port);
}

text_buffer<64> client::remote_end() const {
    if (!who.by_address) return text_buffer<64>(who.user, ':', who.group, ':', pid);
    return text_buffer<64>(':', format_ip(who.ip).view(), "::", port);
}

} // namespace reeve::chainload
