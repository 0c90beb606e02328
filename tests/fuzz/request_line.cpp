// Any line of a client. A refused one is told in a short sentence; an accepted one has what its kind needs, and means
// the same when it is written again.
#include "depengine/protocol.hpp"

#include "depengine/json_line.hpp"
#include "supervise/layout.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace reeve::tests {

using namespace depengine;

namespace {
auto fields_of(const message& one) {
    return std::tie(one.what, one.orders, one.how, one.key, one.hash, one.timeout_ms, one.services, one.tree);
}

std::string written(const message& one) {
    std::string line;
    json_line out(line);
    bool is_verb = one.what == asking::verbs;
    out.object().member("v", 1).member("do",
                                       is_verb ? name_of(one.orders.front().what) : row_of(one.what).name);
    if (is_verb || !one.services.empty()) {
        out.array("services");
        for (const auto& order : one.orders) out.element(order.service);
        for (const auto& name : one.services) out.element(name);
        out.end_array();
    } else if (!one.orders.empty()) {
        out.array("orders");
        for (const auto& order : one.orders)
            out.object()
                .member("do", name_of(order.what))
                .array("services")
                .element(order.service)
                .end_array()
                .end_object();
        out.end_array();
    }
    if (one.how != mode::replace) out.member("mode", name_of(one.how));
    if (!one.key.empty()) out.member("key", one.key);
    if (one.timeout_ms != 0) out.member("timeout_ms", one.timeout_ms);
    if (one.tree) out.member("tree", true);
    if (one.hash) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (int shift = 60; shift >= 0; shift -= 4) text += digits[*one.hash >> shift & 15];
        out.member("hash", text);
    }
    out.end_object();
    return line;
}

void check(const message& one) {
    must_hold(std::adjacent_find(one.orders.begin(), one.orders.end()) == one.orders.end(),
              "an order comes once");
    for (const auto& order : one.orders)
        must_hold(supervise::valid_service_name(order.service), "an order is for a service");
    for (const auto& name : one.services)
        must_hold(supervise::valid_service_name(name), "a name is one of a service");
    bool has_orders = one.what == asking::verbs || one.what == asking::change || one.what == asking::plan ||
                      one.what == asking::apply;
    must_hold(has_orders == !one.orders.empty(), "there are orders where they are needed");
    must_hold((one.what == asking::apply) == one.hash.has_value(), "what is applied has a hash");
    must_hold(one.what != asking::why || !one.services.empty(), "why asks for services");
    must_hold(one.key.size() <= longest_key, "a key is short");
}
} // namespace

void fuzz_request_line(std::string_view input) {
    auto answer = parse_message(input);
    if (const auto* error = std::get_if<std::string>(&answer)) {
        must_hold(!error->empty() && error->size() < 600, "an error is a short text");
        return;
    }
    const message& one = std::get<message>(answer);
    check(one);
    auto again = parse_message(written(one));
    must_hold(std::holds_alternative<message>(again), "what is accepted can be written");
    must_hold(fields_of(std::get<message>(again)) == fields_of(one), "and means the same");
}

} // namespace reeve::tests
