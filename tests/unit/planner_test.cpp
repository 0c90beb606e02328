// What a request would do: plans, refusals, modes.
#include "tests/unit/tried_tree.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;
using reeve::supervise::phase;
using reeve::tests::tried_tree;

namespace {
std::string text_of(const tried_tree& tree, const plan& what) {
    std::string text;
    for (const plan_step& step : what.steps)
        text +=
            std::to_string(step.wave) + step.letter + ":" + std::string(tree.services.name(step.which)) + " ";
    return text;
}
} // namespace

TEST_CASE("a plan is what is then done, in waves, with reasons") {
    tried_tree tree("db\nlog\nweb requires/db wants/log\n");
    plan found = tree.ask("start web").plan;
    CHECK(text_of(tree, found) == "0u:db 0u:log 1u:web ");
    CHECK(reason_text(tree.services, found.steps[0]) == "held by web (requires)");
    CHECK(reason_text(tree.services, found.steps[2]) == "asked for");
    CHECK(tree.run() == "u:db u:log | u:web");
    CHECK(tree.ask("start web").plan.steps.empty());
}

TEST_CASE("trap: a result does not depend on the order of the arguments") {
    tried_tree tree("a\nb after/a\nc requires/a\n");
    planner plans(*tree.engine, tree.lock);
    plan one = plans.plan_of(tree.request("start b; start c; restart a")).plan;
    plan other = plans.plan_of(tree.request("restart a; start c; start b")).plan;
    CHECK(one.hash == other.hash);
    CHECK(text_of(tree, one) == text_of(tree, other));
    CHECK(one.steps.size() == 3);
}

TEST_CASE("start then release restores what ran") {
    tried_tree tree("db\nlog up\nweb requires/db wants/log\n");
    CHECK(tree.done("start web") == "u:db | u:web");
    CHECK(tree.done("release web") == "d:web | d:db");
    CHECK(tree["log"].ready);
}

TEST_CASE("requests that contradict themselves are refused whole, with both chains") {
    tried_tree tree("a requires/x\nb requires/y\nx conflicts/y\ny\n");
    outcome found = tree.ask("start a; start b");
    REQUIRE(!found);
    CHECK(found.refusals[0].find("a -> x") != std::string::npos);
    CHECK(found.refusals[0].find("b -> y") != std::string::npos);
    CHECK(!tree.ask("start a; stop a"));
    CHECK(!tree.ask("start a; stop x"));
    CHECK(tree.run() == "");
}

TEST_CASE("requisite: refused by name, held otherwise") {
    tried_tree tree("db\nweb requisite/db\nall target wants/web\n");
    CHECK(!tree.ask("start web"));
    CHECK(tree.done("start all") == "");
    CHECK(tree.engine->waits_for(tree.at("web")).why == waiting::need);
    CHECK(tree.done("start db") == "u:db | u:web");
    CHECK(tree.done("stop db") == "d:web | d:db");
}

TEST_CASE("a start takes back stops by hand of what it needs, and says so") {
    tried_tree tree("db\nweb requires/db\n");
    tree.done("stop db");
    outcome found = tree.ask("start web");
    REQUIRE(found.plan.notes.size() == 1);
    CHECK(found.plan.notes[0].substr(0, 3) == "db:");
    CHECK(tree.run() == "u:db | u:web");
}

TEST_CASE("isolate stops all that is not held, but what is to be kept") {
    tried_tree tree("a up\nb up\nssh keep-on-isolate\nb2 wants/ssh up\ntarget1 target requires/a\n");
    CHECK(tree.done("isolate target1") == "d:b d:b2");
    CHECK(tree["ssh"].ready);
    CHECK(tree["a"].ready);
}

TEST_CASE("modes: no-stop, only, irreversible") {
    tried_tree tree("db up\nweb up requires/db\nb conflicts/web\n");
    CHECK(!tree.ask("start b", mode::no_stop));
    CHECK(!tree.ask("stop db", mode::no_stop));
    CHECK(tree.done("stop db", mode::only) == "d:db");
    CHECK(tree["web"].ready);
    tree.lock = {"the shutdown", {{verb::stop, tree.at("db")}}};
    CHECK(tree.ask("start web").refusals.at(0).find("the shutdown") != std::string::npos);
}

TEST_CASE("a reload goes to those that reload with it; reload of what is down is refused") {
    tried_tree tree("web up\nside up reload-with/web\n");
    CHECK(text_of(tree, tree.ask("reload web").plan) == "0l:web 0l:side ");
    tree.done("stop web");
    CHECK(!tree.ask("reload web"));
    CHECK(text_of(tree, tree.ask("reload-or-start web").plan) == "0u:web ");
}

TEST_CASE("results: done, already, skipped, failed, dependency, held, superseded") {
    tried_tree tree("db\nweb requires/db\nlone requires/nobody\n");
    tree.done("start web");
    CHECK(tree.result() == ending::done);
    tree.done("start web");
    CHECK(tree.result() == ending::already);
    tree.ask("restart db");
    tree.run();
    CHECK(tree.result() == ending::done);
    tree.done("start lone");
    CHECK(tree.result() == ending::held);
    tree.done("stop db");
    tree.ask("start web");
    tree.due();
    tree.obey("db", phase::failed);
    CHECK(tree.result() == ending::dependency);
    tree.ask("start db");
    tree.due();
    tree.obey("db", phase::skipped);
    CHECK(tree.result() == ending::skipped);
    tree.ask("start db");
    tree.due();
    tree.obey("db", phase::failed);
    CHECK(tree.result() == ending::failed);
    auto before = tree.followed;
    tree.done("stop db");
    CHECK(tree.result() == ending::already);
    tree.followed = before;
    CHECK(tree.result() == ending::superseded);
}
