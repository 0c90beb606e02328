// One line of an access rules file: who, allow or deny, and variables for the program. The parser is pure.
//
// The form is that of ucspi-tcp's tcprules, with IPv6, CIDR prefixes and unix users besides:
//   192.0.2.7:allow   192.0.2.:deny   192.0.2.8-15:allow   198.51.100.0/22:deny   2001:db8::/32:allow,MAXMAIL="10"
//   uid/1000:allow    gid/27:allow    :deny
#pragma once

#include "chainload/helpers/sockets/inet_address.hpp"

#include <optional>
#include <string_view>

namespace reeve::chainload {

// Who comes: an address, or a user by a unix socket.
struct visitor {
    bool by_address = true;
    ip_bytes ip{};
    std::uint32_t user = 0, group = 0;
};

struct access_rule {
    enum class subject : unsigned char { anyone, address, user, group };

    subject who = subject::anyone;
    bool allow = false;
    unsigned char bits = 0; // of the address
    unsigned char last = 0; // the last value of the byte before `bits`, if it is a range of whole bytes
    bool is_range = false;
    ip_bytes ip{};
    std::uint32_t id = 0;       // of the user or group
    std::string_view variables; // "NAME=value,NAME=\"value\"", each understood by next_variable

    bool matches(const visitor& one) const;
    // Of two rules that match, that with the greater weight holds.
    unsigned weight() const;
};

// All rules of a file fit into its bytes: the shortest, ":deny", has five.
inline constexpr std::size_t shortest_rule = 5;
// Variables of one rule.
inline constexpr unsigned most_rule_variables = 32;
inline constexpr std::size_t longest_rule_variables = 2048;

struct rule_line {
    std::optional<access_rule> rule; // nothing: the line is blank or a comment, or wrong
    std::string_view wrong;          // why; empty: it is not
};
// `line` is without its newline and lives as long as the rule.
rule_line parse_access_rule(std::string_view line);

struct rule_variable {
    std::string_view name, value;
};
// Takes the next one off. Nothing: there is no more, or (not in a rule that was parsed) it makes no sense.
std::optional<rule_variable> next_variable(std::string_view& variables);

} // namespace reeve::chainload
