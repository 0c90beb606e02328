#include "depengine/difference.hpp"
#include "depengine/json_line.hpp"
#include "depengine/rate_limit.hpp"
#include "depengine/request_book.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace reeve;
using namespace reeve::depengine;

namespace {
catalogue services(std::initializer_list<const char*> names) {
    catalogue made;
    for (const char* name : names) {
        definition one;
        one.name = name;
        one.kind = supervise::service_kind::process;
        made.services.emplace(name, one);
    }
    return made;
}

open_request request_for(std::vector<node> nodes, request_book& book, verb what = verb::stop) {
    open_request made;
    made.id = book.next_id();
    for (node one : nodes) made.waiting.push_back({{what, one}});
    return made;
}
} // namespace

TEST_CASE("depengine requests: over when each order has its result, and told once") {
    graph all(services({"a", "b"}));
    reconciler now(all, std::vector<wish>(all.size()));
    now.change(0).intent = now.change(1).intent = intent::down;
    (void)now.settle();
    request_book book;
    book.open(request_for({1, 0}, book), all.size());
    std::vector<std::string> told;
    auto done = [&](open_request& one) {
        for (const auto& order : one.ended) told.push_back(order.service);
        CHECK(book.empty());
    };
    node first = 0;
    book.look(now, {&first, 1}, done);
    CHECK(told.empty());
    book.look_at_all(now, done);
    CHECK(told == std::vector<std::string>{"a", "b"});
    book.look_at_all(now, done);
    CHECK(told.size() == 2);
}

TEST_CASE("depengine requests: a time limit, and the end of the engine") {
    graph all(services({"a"}));
    reconciler now(all, std::vector<wish>(all.size()));
    request_book book;
    auto limited = request_for({0}, book);
    limited.deadline = 100;
    book.open(limited, all.size());
    book.open(request_for({0}, book), all.size());
    CHECK(book.first_deadline() == 100);
    std::vector<ending> endings;
    auto done = [&](open_request& one) { endings.push_back(one.ended.at(0).result.how); };
    book.expire(now, 99, done);
    CHECK(endings.empty());
    book.expire(now, 100, done);
    book.end_all(all, {ending::cancelled, no_node, ""}, done);
    CHECK(endings == std::vector{ending::timeout, ending::cancelled});
    CHECK(book.first_deadline() == 0);
}

TEST_CASE("depengine requests: keys are known while open and for a minute after") {
    request_book book;
    auto one = request_for({0}, book);
    one.key = "k";
    book.open(one, 1);
    CHECK(book.find("k") != nullptr);
    CHECK(book.find("") == nullptr);
    CHECK(book.find_past("k", 0) == nullptr);
    book.remember({1, "k", "same", "plan", "result", 1000});
    CHECK(book.find_past("k", 60'999) != nullptr);
    CHECK(book.find_past("k", 61'000) == nullptr);
}

TEST_CASE("depengine requests: when definitions change, what is gone gets a result") {
    graph before(services({"a", "b", "c"})), after(services({"b", "c", "d"}));
    reconciler now(after, std::vector<wish>(after.size()));
    request_book book;
    auto one = request_for({0, 2}, book);
    one.concerned = {0, 1, 2};
    book.open(one, before.size());
    book.renumber(before, after);
    const open_request& left = book.open().front();
    CHECK(left.waiting.size() == 1);
    CHECK(after.name(left.waiting[0].what.which) == "c");
    CHECK(left.concerned == std::vector<node>{0, 1});
    CHECK(left.ended.at(0).service == "a");
}

TEST_CASE("depengine: five times in ten seconds") {
    rate_limit limit;
    for (int i = 0; i < 5; ++i) CHECK(limit.allow(1000 + i));
    CHECK_FALSE(limit.allow(10'999));
    CHECK(limit.allow(11'000));
    CHECK_FALSE(limit.allow(11'000));
    CHECK(limit.allow(11'001));
}

TEST_CASE("depengine difference: services, flags and relations, whichever end states them") {
    catalogue before = services({"a", "b", "gone"}), after = services({"a", "b", "new"});
    before.services["a"].edges = {{relation::requires_other, false, "b"}};
    after.services["b"].edges = {{relation::requires_other, true, "a"}, {relation::wants, false, "new"}};
    after.services["a"].essential = true;
    after.services["b"].kind = supervise::service_kind::oneshot;
    auto found = difference_of(before, after);
    CHECK(found.added == std::vector<std::string>{"new"});
    CHECK(found.removed == std::vector<std::string>{"gone"});
    REQUIRE(found.changed.size() == 2);
    CHECK(found.changed[0].what == std::vector<std::string>{"flag essential: added"});
    CHECK(found.changed[1].what == std::vector<std::string>{"kind: oneshot, was process"});
    CHECK(found.edges_added == std::vector<changed_edge>{{"b", relation::wants, "new"}});
    CHECK(found.edges_removed.empty());
    CHECK(difference_of(after, after).empty());
}

TEST_CASE("depengine: lines of JSON are valid whatever stands in them") {
    std::string text;
    json_line line(text);
    line.object().member("a", "q\"\\\n\xff\xc3\xa9").member("n", 7).member("b", true).null("z");
    line.array("l").element("x").element("y").end_array().thousandths("t", 1234567).end_object();
    CHECK(text ==
          "{\"a\":\"q\\\"\\\\\\u000a\\ufffd\xc3\xa9\",\"n\":7,\"b\":true,\"z\":null,\"l\":[\"x\",\"y\"],"
          "\"t\":1234.567}");
}
