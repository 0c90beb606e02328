// Internet addresses and ports as people write them, and as text again. No name service: a static program has none.
#pragma once

#include "chainload/text.hpp"

#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>

namespace reeve::chainload {

// An address of either family as sixteen bytes; an IPv4 one stands in them as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
using ip_bytes = std::array<unsigned char, 16>;

bool is_ipv4(const ip_bytes& ip);
// 192.0.2.1, or 2001:db8::1 as RFC 5952 wants it.
text_buffer<48> format_ip(const ip_bytes& ip);

// For bind and connect.
struct inet_address {
    union {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    };
    socklen_t size;

    inet_address();
    int family() const { return any.sa_family; }
    ip_bytes ip() const;
    std::uint16_t port() const;
};

// "192.0.2.1", "0" (0.0.0.0, as tcpserver has it), "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0", "localhost" (127.0.0.1)
// and "*" (::). Nothing for anything else.
std::optional<inet_address> parse_inet_address(std::string_view host, std::uint16_t port);

// A number, or a name or alias of /etc/services for this protocol ("tcp", "udp").
std::optional<std::uint16_t> parse_port(std::string_view text, std::string_view protocol);

} // namespace reeve::chainload
