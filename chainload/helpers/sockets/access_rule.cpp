#include "chainload/helpers/sockets/access_rule.hpp"

#include "chainload/number.hpp"

#include <algorithm>

namespace reeve::chainload {

namespace {
constexpr unsigned ipv4_from = 96, all_bits = 128; // where the bits of an IPv4 address are among the 128
constexpr std::string_view ambiguous = "the address has bits beyond its prefix";

bool bit_of(const ip_bytes& ip, unsigned at) {
    return (ip[at / 8] >> (7 - at % 8) & 1) != 0;
}

// The first `bits` of both are the same.
bool same_prefix(const ip_bytes& one, const ip_bytes& other, unsigned bits) {
    if (std::memcmp(one.data(), other.data(), bits / 8) != 0) return false;
    return bits % 8 == 0 || (one[bits / 8] ^ other[bits / 8]) >> (8 - bits % 8) == 0;
}

// "192.0.2.7", "192.0.2." or "192.0.2.8-15": whole bytes, the last of them perhaps a range.
std::string_view parse_bytes(std::string_view text, access_rule& into) {
    constexpr std::string_view wrong = "that is no address";
    into.ip = parse_inet_address("0.0.0.0", 0)->ip();
    std::size_t at = ipv4_from / 8;
    while (!text.empty()) {
        if (at == into.ip.size() || into.is_range) return wrong;
        std::size_t dot = text.find('.');
        std::string_view byte = text.substr(0, dot);
        std::size_t dash = byte.find('-');
        auto first = parse_number<std::uint8_t>(byte.substr(0, dash));
        if (!first) return wrong;
        into.ip[at++] = *first;
        if (dash != std::string_view::npos) {
            auto last = parse_number<std::uint8_t>(byte.substr(dash + 1));
            if (!last || *last < *first) return "that is no range of numbers up to 255";
            into.is_range = true;
            into.last = *last;
        }
        bool is_whole = at == into.ip.size();
        if (is_whole != (dot == std::string_view::npos))
            return is_whole ? wrong : "a part of an address ends in a dot";
        text.remove_prefix(is_whole ? text.size() : dot + 1);
    }
    into.bits = static_cast<unsigned char>(at * 8);
    return {};
}

// "198.51.100.0/22", "2001:db8::/32", "2001:db8::1".
std::string_view parse_prefix(std::string_view text, access_rule& into) {
    std::size_t slash = text.find('/');
    std::string_view address = text.substr(0, slash);
    bool numeric = address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
    bool is_name =
        !numeric || address.find_first_of(".:") == std::string_view::npos; // "0", which listening has for all
    auto parsed = is_name ? std::nullopt : parse_inet_address(address, 0);
    if (!parsed) return "that is no address";
    into.ip = parsed->ip();
    unsigned first = parsed->family() == AF_INET ? ipv4_from : 0;
    into.bits = all_bits;
    if (slash == std::string_view::npos) return {};
    auto bits = parse_number<std::uint8_t>(text.substr(slash + 1));
    if (!bits || *bits > all_bits - first) return "that is no length of a prefix";
    into.bits = static_cast<unsigned char>(first + *bits);
    for (unsigned at = into.bits; at < all_bits; ++at)
        if (bit_of(into.ip, at)) return ambiguous;
    return {};
}

std::string_view parse_subject(std::string_view text, access_rule& into) {
    if (text.empty()) return {};
    into.who = text.starts_with("uid/")   ? access_rule::subject::user
               : text.starts_with("gid/") ? access_rule::subject::group
                                          : access_rule::subject::address;
    if (into.who == access_rule::subject::address) {
        if (text.find_first_of("=@") != std::string_view::npos)
            return "names of hosts and users are not looked up";
        bool is_prefix = text.find_first_of("/:") != std::string_view::npos;
        return is_prefix ? parse_prefix(text, into) : parse_bytes(text, into);
    }
    auto id = parse_number<std::uint32_t>(text.substr(4));
    if (!id) return "an id is a number";
    into.id = *id;
    return {};
}

std::string_view check_variables(std::string_view variables) {
    if (variables.size() > longest_rule_variables) return "the variables are longer than 2048 bytes";
    for (unsigned count = 0; !variables.empty(); ++count) {
        if (count == most_rule_variables) return "there are more than 32 variables";
        auto one = next_variable(variables);
        if (!one) return "a variable is NAME=value or NAME=\"value\", with a comma between two";
    }
    return {};
}

bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
} // namespace

bool access_rule::matches(const visitor& one) const {
    switch (who) {
    case subject::anyone: return true;
    case subject::user: return !one.by_address && one.user == id;
    case subject::group: return !one.by_address && one.group == id;
    case subject::address: break;
    }
    // A short prefix of IPv6, ::/0 above all, is not about IPv4.
    if (!one.by_address || (bits < ipv4_from && is_ipv4(one.ip))) return false;
    if (!is_range) return same_prefix(ip, one.ip, bits);
    std::size_t byte = bits / 8u - 1;
    return same_prefix(ip, one.ip, bits - 8u) && one.ip[byte] >= ip[byte] && one.ip[byte] <= last;
}

unsigned access_rule::weight() const {
    return who == subject::anyone ? 0 : who == subject::group ? 1 : who == subject::user ? 2 : 1u + bits;
}

rule_line parse_access_rule(std::string_view line) {
    line = trim_blanks(line);
    if (line.ends_with('\r')) return {{}, "the line ends in CR (DOS line ends)"};
    if (line.empty() || line.front() == '#') return {};
    if (line.find('\0') != std::string_view::npos) return {{}, "a NUL byte"};
    access_rule rule;
    constexpr std::string_view allow = ":allow", deny = ":deny";
    // No address has "all" or "den" behind a colon, so the first of these is it.
    std::size_t allowed = line.find(allow), denied = line.find(deny);
    std::size_t colon = std::min(allowed, denied);
    if (colon == std::string_view::npos) return {{}, "neither :allow nor :deny is in it"};
    rule.allow = allowed < denied;
    std::string_view rest = line.substr(colon + (rule.allow ? allow : deny).size());
    if (!rest.empty() && rest.front() != ',') return {{}, "a comma must follow allow or deny"};
    if (!rest.empty()) rule.variables = rest.substr(1);
    if (rest.size() == 1) return {{}, "no variable follows the comma"};
    if (auto wrong = parse_subject(line.substr(0, colon), rule); !wrong.empty()) return {{}, wrong};
    if (auto wrong = check_variables(rule.variables); !wrong.empty()) return {{}, wrong};
    return {rule, {}};
}

std::optional<rule_variable> next_variable(std::string_view& variables) {
    std::size_t equals = variables.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    std::string_view name = variables.substr(0, equals), rest = variables.substr(equals + 1), value;
    if (name.find(',') != std::string_view::npos) return std::nullopt;
    if (rest.empty() || rest.front() == ',' || is_plain(rest.front())) {
        value = rest.substr(0, rest.find(','));
        rest.remove_prefix(value.size());
    } else {
        // As with tcprules the character that is first is the quote, whichever it is.
        std::size_t end = rest.find(rest.front(), 1);
        if (end == std::string_view::npos) return std::nullopt;
        value = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
    }
    if (!rest.empty() && (rest.front() != ',' || rest.size() == 1)) return std::nullopt;
    variables = rest.empty() ? rest : rest.substr(1);
    return rule_variable{name, value};
}

} // namespace reeve::chainload
