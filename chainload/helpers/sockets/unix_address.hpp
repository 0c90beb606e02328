// Addresses of unix sockets as people write them: a path, or "@NAME" in the abstract name space.
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace reeve::chainload {

struct unix_address {
    union {
        sockaddr any;
        sockaddr_un path{};
    };
    socklen_t size = 0;

    bool is_abstract() const { return path.sun_path[0] == '\0'; }
};

inline constexpr std::size_t longest_socket_path = sizeof(sockaddr_un::sun_path) - 1;

// Nothing for an empty text, and one of more than 107 bytes.
inline std::optional<unix_address> parse_unix_address(std::string_view text) {
    unix_address address;
    if (text.empty() || text == "@" || text.size() > longest_socket_path) return std::nullopt;
    address.path.sun_family = AF_UNIX;
    std::memcpy(address.path.sun_path, text.data(), text.size());
    std::size_t end = text.size() + 1; // a path has a NUL behind it, an abstract name one in front instead
    if (text.front() == '@') {
        address.path.sun_path[0] = '\0';
        --end;
    }
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + end);
    return address;
}

} // namespace reeve::chainload
