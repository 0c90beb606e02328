#include "depengine/protocol.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace reeve::depengine;

namespace {
message good(std::string_view line) {
    auto parsed = parse_message(line);
    REQUIRE_MESSAGE(std::holds_alternative<message>(parsed), std::get<std::string>(parsed));
    return std::get<message>(parsed);
}
std::string bad(std::string_view line) {
    auto parsed = parse_message(line);
    REQUIRE(std::holds_alternative<std::string>(parsed));
    return std::get<std::string>(parsed);
}
} // namespace

TEST_CASE("depengine protocol: every verb and mode of the tables is understood") {
    for (const auto& row : verb_table) {
        auto one = good(R"({"v":1,"do":")" + std::string(row.name) + R"(","services":["web"]})");
        CHECK(one.what == asking::verbs);
        CHECK(one.orders == std::vector<named_order>{{row.which, "web"}});
    }
    for (const auto& row : mode_table)
        CHECK(good(R"({"v":1,"do":"start","services":["a"],"mode":")" + std::string(row.name) + "\"}").how ==
              row.which);
}

TEST_CASE("depengine protocol: a request is a set") {
    auto one = good(R"({"v":1,"do":"start","services":["b","a","b"]})");
    auto other = good(R"({"v":1,"do":"change","orders":[{"do":"start","services":["a"]},)"
                      R"({"do":"start","services":["b","a"]}]})");
    CHECK(one.orders == other.orders);
    CHECK(one.orders.size() == 2);
}

TEST_CASE("depengine protocol: the other requests") {
    CHECK(good(R"({"v":1,"do":"status"})").services.empty());
    CHECK(good(R"({"v":1,"do":"graph","services":["x@1"]})").services == std::vector<std::string>{"x@1"});
    CHECK(good(R"({"v":1,"do":"shutdown","tree":true})").tree);
    CHECK_FALSE(good(R"({"v":1,"do":"shutdown"})").tree);
    auto apply = good(R"({"v":1,"do":"apply","verb":"stop","services":["a"],"hash":"00000000000000ff",)"
                      R"("key":"k","timeout_ms":250})");
    CHECK(apply.hash == 255u);
    CHECK(apply.key == "k");
    CHECK(apply.timeout_ms == 250);
    for (const char* name : {"blame", "diff", "reload-definitions", "subscribe"})
        good(R"({"v":1,"do":")" + std::string(name) + "\"}");
}

TEST_CASE("depengine protocol: what is wrong is told by the name of its field") {
    struct {
        const char* line;
        const char* begins;
    } cases[] = {
        {"", "the line is no JSON"},
        {"nonsense", "the line is no JSON"},
        {"[1]", "the line is no JSON object"},
        {R"({"do":"status"})", "v: is missing"},
        {R"({"v":"1","do":"status"})", "v: is not 1"},
        {R"({"v":1,"do":7})", "do: is no string"},
        {R"({"v":1,"do":"fly"})", "do: \"fly\" is not one of start"},
        {R"({"v":1,"do":"status","verb":"start"})", "verb: is no field of this request"},
        {R"({"v":1,"do":"start","services":["-x"]})", "services: \"-x\" cannot be"},
        {R"({"v":1,"do":"start","services":[1]})", "services: is no string"},
        {R"({"v":1,"do":"why"})", "services: is missing"},
        {R"({"v":1,"do":"start","services":["a"],"mode":"now"})", "mode: \"now\" is not one of replace"},
        {R"({"v":1,"do":"start","services":["a"],"timeout_ms":4294967296})", "timeout_ms: is no number"},
        {R"({"v":1,"do":"start","services":["a"],"timeout_ms":1.5})", "timeout_ms: is no number"},
        {R"({"v":1,"do":"change","orders":[]})", "orders: is empty"},
        {R"({"v":1,"do":"change","orders":[{"do":"start","services":["a"],"x":1}]})",
         "orders: x: is no field"},
        {R"({"v":1,"do":"plan","orders":[{"do":"start","services":["a"]}],"services":["b"]})",
         "services: does not go with orders"},
        {R"({"v":1,"do":"apply","verb":"start","services":["a"]})", "hash: is missing"},
        {R"({"v":1,"do":"apply","verb":"start","services":["a"],"hash":"00000000000000fg"})",
         "hash: is no 16"},
    };
    for (const auto& one : cases) {
        std::string text = bad(one.line);
        CHECK_MESSAGE(text.starts_with(one.begins), one.line << ": " << text);
    }
    CHECK(bad(R"({"v":1,"do":"start","services":["a"],"key":")" + std::string(129, 'k') + "\"}")
              .starts_with("key:"));
}
