#include "chainload/helpers/sockets/inet_socket.hpp"

#include "chainload/bit_set.hpp"
#include "chainload/helpers/sockets/inet_address.hpp"
#include "chainload/helpers/sockets/listeners.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

#include <netinet/tcp.h>

namespace reeve::chainload {

static_assert(tcp_service.type == SOCK_STREAM && udp_service.type == SOCK_DGRAM);

namespace {
// Connections have these options from the socket that they are accepted from.
struct socket_switch {
    char letter;
    int level, option;
    const char* what;
};
constexpr socket_switch switches[] = {
    {'r', SOL_SOCKET, SO_REUSEPORT, "share the port (-r)"},
    {'F', SOL_IP, IP_FREEBIND, "take an address that is not there (-F)"},
    {'k', SOL_SOCKET, SO_KEEPALIVE, "send keepalives (-k)"},
    {'D', IPPROTO_TCP, TCP_NODELAY, "send without delay (-D)"},
    {'B', SOL_SOCKET, SO_BROADCAST, "send to broadcast addresses (-B)"},
};

using letter_set = bit_set<128>;
bool is_in(const letter_set& letters, char one) {
    return letters.has(static_cast<unsigned char>(one));
}

bool set(int fd, int level, int option, int value = 1) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// What did not work, nullptr if all did; errno says why.
const char* set_up(int fd, const inet_service& service, const inet_address& address,
                   const letter_set& wanted) {
    // Without it a server that is started again has to wait for the connections of the one before it.
    if (service.type == SOCK_STREAM && !set(fd, SOL_SOCKET, SO_REUSEADDR)) return "reuse the address";
    if (address.family() == AF_INET6 && !set(fd, SOL_IPV6, IPV6_V6ONLY, is_in(wanted, '6')))
        return "choose the protocols";
    for (const auto& one : switches)
        if (is_in(wanted, one.letter) && !set(fd, one.level, one.option)) return one.what;
    return nullptr;
}
} // namespace

next run_inet_service(const inet_service& service, char** arguments, process& self) {
    letter_set wanted;
    unsigned backlog = SOMAXCONN;
    std::string_view name = service.protocol;
    option_reader options(arguments, service.letters);
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        wanted.add(static_cast<unsigned char>(option));
        if (option == 'b') {
            auto number = parse_number<std::uint16_t>(options.value());
            if (!number) return self.wrong_usage("-b: a number up to 65535\n");
            backlog = *number;
        }
        if (option == 'n') name = options.value();
    }
    if (!is_listener_name(name)) return self.wrong_usage("-n: printable characters other than ':'\n");
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr || rest[2] == nullptr) return self.wrong_usage();
    auto port = parse_port(rest[1], service.protocol);
    if (!port) return self.fatal("no port of ", service.protocol, ": ", rest[1]);
    auto address = parse_inet_address(rest[0], *port);
    if (!address) return self.fatal("not an IP address: ", rest[0]);

    listeners given(self);
    if (!given.has_room()) return given.problem();
    unique_fd fd(::socket(address->family(), service.type | SOCK_CLOEXEC, 0));
    // "*" is all there is: on a machine without IPv6 that is IPv4.
    if (!fd && errno == EAFNOSUPPORT && rest[0] == std::string_view("*")) {
        address = parse_inet_address("0", *port);
        fd.reset(::socket(AF_INET, service.type | SOCK_CLOEXEC, 0));
    }
    if (!fd) return self.unable(errno, "create socket");
    if (const char* what = set_up(fd.get(), service, *address, wanted)) return self.unable(errno, what);
    if (::bind(fd.get(), &address->any, address->size) < 0)
        return self.unable(errno, "bind ", rest[0], " ", rest[1]);
    if (service.type == SOCK_STREAM && ::listen(fd.get(), static_cast<int>(backlog)) < 0)
        return self.unable(errno, "listen on ", rest[0], " ", rest[1]);
    return given.add(std::move(fd), name, rest + 2);
}

} // namespace reeve::chainload
