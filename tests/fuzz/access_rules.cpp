// Any access rules file: each line is a rule, nothing, or wrong for a reason; a rule matches the address it names, and
// all its variables can be read.
#include "chainload/helpers/sockets/access_rule.hpp"

#include "tests/fuzz/targets.hpp"

namespace reeve::tests {

using namespace chainload;

namespace {
void check(const access_rule& rule) {
    std::string_view variables = rule.variables;
    unsigned count = 0;
    while (next_variable(variables)) ++count;
    must_hold(variables.empty() && count <= most_rule_variables, "the variables of a rule can all be read");
    bool by_address = rule.who == access_rule::subject::anyone || rule.who == access_rule::subject::address;
    visitor named{by_address, rule.ip, rule.id, rule.id};
    bool is_wide =
        rule.who == access_rule::subject::address && rule.bits < 96; // :: and ::ffff:0:0 are different
    must_hold(rule.matches(named) || is_wide, "a rule matches whom it names");
    if (rule.who != access_rule::subject::address) return;
    auto text = format_ip(rule.ip);
    auto again = parse_inet_address(text.view(), 0);
    must_hold(!text.overflowed() && again && again->ip() == rule.ip,
              "an address can be read as it was written");
}
} // namespace

void fuzz_access_rules(std::string_view input) {
    while (!input.empty()) {
        std::size_t end = input.find('\n') < input.size() ? input.find('\n') : input.size();
        auto line = parse_access_rule(input.substr(0, end));
        must_hold(!line.rule || line.wrong.empty(), "a line is a rule or wrong");
        if (line.rule) {
            check(*line.rule);
            must_hold(end >= shortest_rule, "a rule has a shortest form");
        }
        input.remove_prefix(end < input.size() ? end + 1 : end);
    }
}

} // namespace reeve::tests
