// Traps that other dependency engines fell into and that no other test of ours is named after. tests/style holds the
// list of all of them, with the tests that show each.
#include "tests/unit/tried_machine.hpp"
#include "tests/unit/tried_tree.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;
using reeve::supervise::phase;
using reeve::tests::tried_tree;

namespace {
std::string ring_of(int count, const std::string& relation) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "r" + std::to_string(i) + " " + relation + "/r" + std::to_string((i + 1) % count) + "\n";
    return text;
}
} // namespace

TEST_CASE(
    "trap: a dependency stays while the second of two dependents needs it, however the first one ends") {
    SUBCASE("let go") {
        tried_tree tree("db\na requires/db\nb requires/db\n");
        tree.done("start a; start b");
        CHECK(tree.done("release a") == "d:a");
        CHECK(tree["db"].ready);
        CHECK(tree.done("release b") == "d:b | d:db");
    }
    SUBCASE("stopped") {
        tried_tree tree("db\na requires/db\nb binds-to/db\n");
        tree.done("start a; start b");
        CHECK(tree.done("stop a") == "d:a");
        CHECK(tree.done("release b") == "d:b | d:db");
    }
    SUBCASE("given up") {
        tried_tree tree("db\na requires/db\nb requires/db\n");
        tree.done("start a; start b");
        tree.becomes("a", phase::failed);
        CHECK(tree.run() == "");
        CHECK((tree["db"].ready && tree["b"].ready));
    }
    SUBCASE("by an engine that never saw them start") {
        tried_tree tree("db\na requires/db\nb requires/db\n");
        tree.done("start a; start b");
        tree.new_engine();
        CHECK(tree.done("release a") == "d:a");
        CHECK(tree["db"].ready);
    }
}

TEST_CASE("trap: a recovery that takes as long as a first start is not stopped by the engine") {
    tried_tree tree("db\nweb requires/db\n");
    tree.done("start web");
    // It dies, is tried again, is up without being ready, and becomes ready: no letter at any step.
    for (phase now : {phase::backoff, phase::starting, phase::up, phase::ready}) {
        tree.becomes("db", now, now == phase::starting);
        CHECK(tree.due() == "");
    }
    CHECK(tree["web"].ready);
}

TEST_CASE("trap: the time to become ready is counted anew for each recovery") {
    reeve::tests::tried_machine t;
    t.s.notify = true;
    t.s.timeout_up = 500;
    t.start();
    for (int life = 0; life < 3; ++life) {
        CAPTURE(life);
        CHECK(t.wait() == 500);
        t.feed(reeve::supervise::event_kind::ready);
        CHECK(t.wait() == 0); // ready: no time limit is left to fire in the next life
        CHECK(t.end(reeve::tests::exited(1), 2000) == "spawn_main");
        t.feed(reeve::supervise::event_kind::started);
    }
}

TEST_CASE("trap: a ring of twenty orders starts and stops whole; a ring of twenty needs starts never") {
    tried_tree orders(ring_of(20, "after"));
    std::string all, none;
    for (int i = 0; i < 20; ++i) {
        all += (i ? "; start r" : "start r") + std::to_string(i);
        none += (i ? "; stop r" : "stop r") + std::to_string(i);
    }
    orders.done(all);
    for (int i = 0; i < 20; ++i) CHECK(orders["r" + std::to_string(i)].ready);
    orders.done(none);
    for (int i = 0; i < 20; ++i) CHECK(!orders["r" + std::to_string(i)].active);
    CHECK(orders.engine->stalled().empty());

    tried_tree needs(ring_of(20, "requires") + "beside\nhangs requires/r7\n");
    for (const char* asked : {"start r0", "start hangs"}) {
        CHECK(needs.done(asked) == "");
        CHECK(needs.result() == ending::held);
    }
    CHECK(needs.done("start beside") == "u:beside");
    CHECK(needs.engine->stalled().empty());
}

TEST_CASE("trap: stop while starting") {
    tried_tree tree("db\nweb requires/db\n");
    tree.ask("start web");
    CHECK(tree.due() == "u:db");
    tree.ask("stop web; release db");
    CHECK(tree.due() == ""); // the u is not taken yet: a d before it could be taken for the older one
    tree.obey("db", phase::starting);
    CHECK(tree.run() == "d:db");
    CHECK((!tree["web"].active && !tree["db"].active));
}

TEST_CASE("trap: start while stopping") {
    tried_tree tree("db\nweb requires/db\n");
    tree.done("start web");
    tree.ask("stop db");
    CHECK(tree.due() == "d:web");
    tree.obey("web", phase::stopping);
    tree.ask("start web");
    CHECK(tree.due() == "");
    tree.becomes("web", phase::down);
    CHECK(tree.run() == "u:web");
    CHECK(tree.engine->seen(tree.at("db")).starts == 1); // it was never stopped
}

TEST_CASE("trap: a condition that says no is neither a failure nor a success") {
    struct {
        phase ends;
        ending named, needing;
        const char* then; // what may start after it
    } cases[] = {
        {phase::skipped, ending::skipped, ending::held, "u:waits"},
        {phase::failed, ending::failed, ending::dependency, "u:waits"},
        {phase::done, ending::done, ending::done, "u:needs u:waits"},
    };
    for (const auto& one : cases) {
        CAPTURE(static_cast<int>(one.ends));
        tried_tree tree("job oneshot on-failure/alarm on-success/bell\nalarm\nbell\n");
        tree.ask("start job");
        tree.due();
        tree.obey("job", one.ends);
        CHECK(tree.result() == one.named);
        CHECK(tree.engine->failures().empty() == (one.ends != phase::failed));
        CHECK(tree.engine->successes().empty() == (one.ends != phase::done));

        tried_tree others("job oneshot\nneeds requires/job\nwants wants/job\nwaits waits-for/job\n");
        others.ask("start needs; start wants; start waits");
        CHECK(others.due() == "u:job u:wants");
        others.obey("wants", phase::ready);
        others.obey("job", one.ends);
        CHECK(others.due() == one.then);
        others.obey("waits", phase::ready);
        if (one.ends == phase::done) others.obey("needs", phase::ready);
        CHECK(others.due() == "");
        CHECK(others.result() == one.needing);
    }
}
