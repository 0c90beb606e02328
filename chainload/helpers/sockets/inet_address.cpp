#include "chainload/helpers/sockets/inet_address.hpp"

#include "chainload/file.hpp"
#include "chainload/file_parts.hpp"
#include "chainload/number.hpp"

#include <arpa/inet.h>
#include <net/if.h>

namespace reeve::chainload {

namespace {
constexpr ip_bytes mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t mapped_bytes = 12;

void add_hex(text_buffer<48>& into, unsigned value) {
    std::array<char, 8> digits;
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    into.add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

// The next of the words that blanks separate; empty at the end.
std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return word;
}

// The port, if this line of services(5) ("www 80/tcp http # comment") is about `name`.
std::optional<std::uint16_t> port_of_line(std::string_view line, std::string_view name,
                                          std::string_view protocol) {
    line = line.substr(0, line.find('#'));
    bool named = next_word(line) == name;
    std::string_view port = next_word(line);
    std::size_t slash = port.find('/');
    if (slash == std::string_view::npos || port.substr(slash + 1) != protocol) return std::nullopt;
    for (std::string_view alias = next_word(line); !named && !alias.empty(); alias = next_word(line))
        named = alias == name;
    return named ? parse_number<std::uint16_t>(port.substr(0, slash)) : std::nullopt;
}
} // namespace

bool is_ipv4(const ip_bytes& ip) {
    return std::memcmp(ip.data(), mapped_prefix.data(), mapped_bytes) == 0;
}

text_buffer<48> format_ip(const ip_bytes& ip) {
    text_buffer<48> text;
    if (is_ipv4(ip)) return text.add(ip[12]).add('.').add(ip[13]).add('.').add(ip[14]).add('.').add(ip[15]);
    // The longest run of two zero groups or more, the first of equals, is what "::" stands for.
    constexpr std::size_t groups = 8;
    auto group = [&ip](std::size_t at) { return unsigned{ip[2 * at]} << 8 | ip[2 * at + 1]; };
    std::size_t from = groups, length = 1;
    for (std::size_t at = 0; at < groups; ++at) {
        std::size_t end = at;
        while (end < groups && group(end) == 0) ++end;
        if (end - at > length) from = at, length = end - at;
    }
    for (std::size_t at = 0; at < groups; ++at) {
        if (at == from) {
            text.add("::");
            at += length - 1;
            continue;
        }
        if (at > 0 && at != from + length) text.add(':');
        add_hex(text, group(at));
    }
    return text;
}

inet_address::inet_address()
    : v6{}
    , size(sizeof v6) {}

ip_bytes inet_address::ip() const {
    ip_bytes bytes = mapped_prefix;
    if (family() == AF_INET)
        std::memcpy(bytes.data() + mapped_bytes, &v4.sin_addr, sizeof v4.sin_addr);
    else
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return bytes;
}

std::uint16_t inet_address::port() const {
    return ntohs(family() == AF_INET ? v4.sin_port : v6.sin6_port);
}

std::optional<inet_address> parse_inet_address(std::string_view host, std::uint16_t port) {
    if (host == "*") host = "::";
    if (host == "0") host = "0.0.0.0";
    if (host == "localhost") host = "127.0.0.1";
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    std::size_t percent = host.find('%');
    text_buffer<64> literal(host.substr(0, percent)), zone;
    // What the C library's readers take for the end of the text would hide the rest of it.
    if (literal.overflowed() || host.find('\0') != std::string_view::npos) return std::nullopt;
    inet_address address;
    if (percent == std::string_view::npos &&
        ::inet_pton(AF_INET, literal.c_str(), &address.v4.sin_addr) == 1) {
        address.size = sizeof address.v4;
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        return address;
    }
    address = {};
    if (::inet_pton(AF_INET6, literal.c_str(), &address.v6.sin6_addr) != 1) return std::nullopt;
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    if (percent == std::string_view::npos) return address;
    zone.add(host.substr(percent + 1));
    address.v6.sin6_scope_id = parse_number<std::uint32_t>(zone.view()).value_or(0);
    if (address.v6.sin6_scope_id == 0) address.v6.sin6_scope_id = ::if_nametoindex(zone.c_str());
    if (address.v6.sin6_scope_id == 0) return std::nullopt;
    return address;
}

std::optional<std::uint16_t> parse_port(std::string_view text, std::string_view protocol) {
    if (auto number = parse_number<std::uint16_t>(text)) return number;
    if (text.empty()) return std::nullopt;
    std::optional<std::uint16_t> found;
    if (auto services = open_at(AT_FDCWD, "/etc/services", O_RDONLY))
        find_part(services->get(), '\n', [&](std::string_view line) {
            found = port_of_line(line, text, protocol);
            return found.has_value();
        });
    return found;
}

} // namespace reeve::chainload
