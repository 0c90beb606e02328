// Who runs, and whose turn it is: each relation, and the traps that dependency engines fall into.
#include "tests/unit/tried_tree.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;
using reeve::supervise::phase;
using reeve::supervise::want;
using reeve::tests::tried_tree;

TEST_CASE("a service starts after what it needs, and stops before it") {
    tried_tree tree("db\nweb requires/db\n");
    CHECK(tree.done("start web") == "u:db | u:web");
    CHECK(tree.done("stop db") == "d:web | d:db");
    CHECK(tree.engine->waits_for(tree.at("web")).why == waiting::need);
}

TEST_CASE("trap: a dependency waits for the last of its dependents, not for the first") {
    tried_tree tree("db\na requires/db\nb requires/db\n");
    tree.done("start a; start b");
    tree.ask("stop db");
    CHECK(tree.due() == "d:a d:b");
    tree.obey("a", phase::down);
    CHECK(tree.due() == "");
    tree.obey("b", phase::down);
    CHECK(tree.due() == "d:db");
}

TEST_CASE("trap: an ordering relation keeps nothing alive") {
    for (const char* relation : {"after", "requisite", "part-of"}) {
        CAPTURE(relation);
        tried_tree tree(std::string("db\nweb ") + relation + "/db\nholder requires/db\n");
        tree.done("start holder");
        tree.done("start web");
        CHECK(tree.done("release holder").find("d:db") != std::string::npos);
    }
}

TEST_CASE("trap: a dependent starts by itself when its dependency recovers") {
    tried_tree tree("db\nweb requires/db\n");
    tree.done("start web");
    tree.becomes("db", phase::failed);
    CHECK(tree.run() == "d:web");
    CHECK(tree["web"].goal);
    CHECK(tree.done("start db") == "u:db | u:web");
}

TEST_CASE(
    "what its supervisor restarts does not touch those that require it, and restarts those bound to it") {
    tried_tree tree("db\nweb requires/db\nbound binds-to/db\n");
    tree.done("start web; start bound");
    tree.becomes("db", phase::backoff);
    CHECK(tree.due() == "d:bound");
    tree.obey("bound", phase::down);
    CHECK(tree.due() == "");
    tree.becomes("db", phase::ready, true);
    CHECK(tree.run() == "u:bound");
}

TEST_CASE("a death that no engine saw is told by the start times") {
    tried_tree tree("db\nbound binds-to/db\n");
    tree.done("start bound");
    tree.becomes("db", phase::ready, true);
    tree.new_engine();
    CHECK(tree.run() == "d:bound | u:bound");
}

TEST_CASE("trap: a supervisor that counts anew has not started anything anew") {
    tried_tree tree("db\nonce oneshot binds-to/db\nall target binds-to/db\n");
    tree.done("start once; start all");
    observation now = tree.engine->seen(tree.at("db"));
    ++now.supervise_start;
    now.starts = now.deaths = now.commands = 0;
    tree.engine->observe(tree.at("db"), now);
    CHECK(tree.run() == "");
    now.main_start = ++tree.clock;
    tree.engine->observe(tree.at("db"), now);
    CHECK(tree.run() == "d:once | u:once");
}

TEST_CASE("trap: a command of somebody else is not taken for the engine's own") {
    tried_tree tree("a\nb conflicts/a\n");
    tree.ask("start a");
    CHECK(tree.due() == "u:a");
    // Somebody's d was in the pipe before that u, which is still in it.
    observation now = tree.engine->seen(tree.at("a"));
    ++now.commands;
    now.waits_for_engine = false;
    now.want = want::down;
    tree.engine->observe(tree.at("a"), now);
    CHECK(tree.engine->in_flight(tree.at("a")) == 'u');
    tree.ask("start b");
    CHECK(tree.due() == "");
    tree.obey("a", phase::ready);
    CHECK(tree.run() == "d:a | u:b");
    // The same with a d: it is up, and has taken somebody's t.
    tree.ask("stop b");
    CHECK(tree.due() == "d:b");
    now = tree.engine->seen(tree.at("b"));
    ++now.commands;
    tree.engine->observe(tree.at("b"), now);
    CHECK(tree.due() == "");
    tree.obey("b", phase::down);
    CHECK(tree.due() == "");
    CHECK(tree.engine->settled(tree.at("b")));
}

TEST_CASE("a start that is over before anybody looked was taken all the same") {
    tried_tree tree("a\n");
    tree.ask("start a");
    CHECK(tree.due() == "u:a");
    observation now = tree.engine->seen(tree.at("a"));
    ++now.commands;
    ++now.starts;
    now.waits_for_engine = false;
    now.want = want::down; // its restart policy leaves it at that
    tree.engine->observe(tree.at("a"), now);
    CHECK(tree.due() == "");
    CHECK(tree["a"].gave_up);
}

TEST_CASE("a milestone matters only for the start") {
    tried_tree tree("mount oneshot\nweb milestone/mount\n");
    tree.done("start web");
    CHECK(tree.done("stop mount") == "d:mount");
    CHECK(tree["web"].ready);
    CHECK(tree.done("stop web") == "d:web");
}

TEST_CASE("what is only waited for may fail; what is needed may not") {
    tried_tree tree("log\nweb waits-for/log\napi requires/log\n");
    tree.ask("start web; start api");
    CHECK(tree.due() == "u:log");
    tree.obey("log", phase::starting);
    CHECK(tree.due() == "");
    tree.becomes("log", phase::backoff);
    CHECK(tree.due() == "u:web");
    CHECK(tree.engine->waits_for(tree.at("api")).why == waiting::start_order);
}

TEST_CASE("trap: what tries again while something else is waited for") {
    tried_tree tree("b\nc after/b requires/d\nd\n");
    tree.ask("start b; start c");
    CHECK(tree.due() == "u:b u:d");
    tree.obey("b", phase::backoff);
    CHECK(tree.due() == "");
    tree.becomes("b", phase::starting, true);
    CHECK(tree.due() == "");
    tree.obey("d", phase::ready);
    CHECK(tree.due() == "");
    tree.becomes("b", phase::ready);
    CHECK(tree.run() == "u:c");
}

TEST_CASE("a want is started at the same time, and its end does not matter") {
    tried_tree tree("log\nweb wants/log\n");
    CHECK(tree.done("start web") == "u:log u:web");
    tree.becomes("log", phase::failed);
    CHECK(tree.run() == "");
}

TEST_CASE("part-of follows stop, restart and release, and holds nothing") {
    tried_tree tree("app up\nside up part-of/app\n");
    CHECK(tree.done("restart app") == "d:side | d:app | u:app | u:side");
    CHECK(tree.done("stop app") == "d:side | d:app");
    CHECK(tree.done("start app") == "u:app | u:side");
    CHECK(tree.done("release app") == "d:side | d:app");
    CHECK(tree.done("start app") == "u:app");
}

TEST_CASE("trap: no deadlock of a restart with starts in a ring of orders") {
    tried_tree tree("a after/b\nb after/x\nx after/a\n");
    tree.done("start x");
    tree.ask("restart x; start a; start b");
    tree.run();
    CHECK((tree["a"].ready && tree["b"].ready && tree["x"].ready));
    CHECK(tree.engine->stalled().empty());
}

TEST_CASE("trap: an order that is cyclic as stated and not as needed") {
    tried_tree tree("a after/b\nb after/a\n");
    CHECK(tree.services.cycles().size() == 1);
    CHECK(tree.done("start a") == "u:a");
    CHECK(tree.done("start b") == "u:b");
}

TEST_CASE("trap: two that conflict and are part of each other") {
    tried_tree tree("a conflicts/b part-of/b\nb part-of/a\n");
    tree.done("start a");
    tree.done("restart b");
    CHECK((tree["b"].ready && !tree["a"].active));
    CHECK(tree.ask("restart a; restart b").refusals.size() > 0);
}

// A start clears a failure as long as it is due. When it is taken back before it began, the record counts again: no
// engine that comes later could know anything else.
TEST_CASE("trap: two that are part of each other fail one after the other") {
    for (bool another_engine : {false, true}) {
        CAPTURE(another_engine);
        tried_tree tree("a up part-of/b\nb up part-of/a\n");
        tree.becomes("b", phase::failed);
        CHECK(tree.run() == "d:a");
        tree.ask("start b");
        CHECK(tree.due() == "u:a");
        tree.obey("a", phase::failed);
        CHECK(tree.due() == "");
        if (another_engine) tree.new_engine();
        CHECK(tree.due() == "");
        CHECK((tree["a"].failed && tree["b"].failed && !tree["a"].run && !tree["b"].run));
        CHECK(tree.done("start b") == "u:a | u:b");
    }
}

TEST_CASE("trap: a service that is wanted and conflicts") {
    tried_tree tree("a wants/b conflicts/b\nb\n");
    CHECK(tree.done("start a") == "u:a");
    CHECK(tree.engine->waits_for(tree.at("b")).why == waiting::conflict);
    CHECK(tree.services.problems().size() == 1);
}

TEST_CASE("what needs both sides of a conflict never starts, and says so") {
    tried_tree tree("a requires/b requires/c\nb conflicts/c\nc\n");
    CHECK(tree.ask("start a").refusals.size() > 0);
    CHECK(tree.services[tree.at("a")].contradictory != no_node);
    CHECK(tree.done("start b") == "u:b");
}

TEST_CASE("what conflicts is stopped first") {
    tried_tree tree("a\nb conflicts/a\n");
    tree.done("start a");
    CHECK(tree.done("start b") == "d:a | u:b");
}

TEST_CASE("trap: stop while it starts, start while it stops") {
    tried_tree tree("db\nweb requires/db\n");
    tree.ask("start web");
    CHECK(tree.due() == "u:db");
    tree.obey("db", phase::starting);
    tree.ask("stop db");
    CHECK(tree.due() == "d:db");
    tree.ask("start web");
    CHECK(tree.due() == "");
    tree.obey("db", phase::stopping);
    CHECK(tree.due() == "");
    tree.becomes("db", phase::down);
    CHECK(tree.run() == "u:db | u:web");
}

TEST_CASE("trap: what a restart needs starts again while the dependent still stops") {
    tried_tree tree("db\nweb requires/db\n");
    tree.done("start web");
    tree.ask("restart db");
    CHECK(tree.due() == "d:web");
    tree.obey("web", phase::stopping);
    CHECK(tree.due() == "");
    tree.becomes("web", phase::down);
    CHECK(tree.run() == "d:db | u:db | u:web");
}

TEST_CASE("trap: a restart of what somebody is just about to need") {
    tried_tree tree("db up\nweb requires/db\n");
    tree.ask("start web");
    CHECK(tree.due() == "u:web");
    tree.ask("restart db");
    CHECK(tree.due() == "");
    tree.obey("web", phase::ready);
    CHECK(tree.run() == "d:web | d:db | u:db | u:web");
}

TEST_CASE("trap: a restart of what is just being stopped for lack of what it needs") {
    tried_tree tree("a up requisite/c\nb target\nc target up requisite/b\nd up binds-to/b\n");
    CHECK(tree["a"].ready);
    tree.ask("release d");
    CHECK(tree.due() == "d:a d:d");
    tree.ask("try-restart c");
    CHECK(tree.run() == "");
    tree.obey("a", phase::down);
    tree.obey("d", phase::down);
    CHECK(tree.run() == "");
    CHECK(!tree["c"].active);
    CHECK(tree.engine->settled(tree.at("b")));
    CHECK(tree.done("start d") == "u:a u:d");
}

TEST_CASE("a start by hand is an intent, of what is held it is undone, and a stop by hand is giving up") {
    tried_tree tree("db\nweb requires/db\nlone\n");
    tree.by_hand("lone", 'u');
    CHECK(tree.run() == "");
    CHECK(tree.engine->wished(tree.at("lone")).intent == intent::up);
    tree.done("start web");
    tree.by_hand("db", 'd');
    CHECK(tree.run() == "d:web");
    CHECK(tree["db"].gave_up);
    tree.by_hand("web", 'u');
    CHECK(tree.run() == "d:web");
    CHECK(tree.done("start web") == "u:db | u:web");
}

TEST_CASE("a restart is done once, whenever its engine dies") {
    for (int dies_after = 0; dies_after < 5; ++dies_after) {
        CAPTURE(dies_after);
        tried_tree tree("db up\nweb up requires/db\n");
        tree.ask("restart db");
        for (int step = 0; step < 6; ++step) {
            std::string letters = tree.due();
            if (letters.empty()) continue;
            CHECK(letters.size() > 2);
            tree.obey(letters.substr(2), letters[0] == 'd' ? phase::down : phase::ready);
            if (step == dies_after) tree.new_engine();
        }
        CHECK(tree.run() == "");
        CHECK(tree.engine->seen(tree.at("db")).starts == 2);
        CHECK(tree.engine->seen(tree.at("web")).starts == 2);
    }
}

TEST_CASE("what persists stays, and comes back when it is restarted with another") {
    tried_tree tree("db up\nkept persistent requires/db\nweb wants/kept\n");
    tree.done("start web");
    CHECK(tree.done("release web") == "d:web");
    CHECK(tree.done("restart db") == "d:kept | d:db | u:db | u:kept");
    CHECK(tree.done("stop kept") == "d:kept");
}

TEST_CASE("a target is up when what it holds is, and held with it") {
    tried_tree tree("db\nweb\nall target requires/db requires/web\n");
    tree.ask("start all");
    CHECK(tree.due() == "u:db u:web");
    tree.obey("db", phase::ready);
    tree.due();
    CHECK(!tree["all"].ready);
    tree.obey("web", phase::ready);
    tree.due();
    CHECK(tree["all"].ready);
    tree.becomes("db", phase::failed);
    tree.run();
    CHECK(!tree["all"].ready);
    CHECK(tree["web"].ready);
}

TEST_CASE("a failure is told once, also by the next engine") {
    tried_tree tree("db up on-failure/alarm\nalarm\n");
    tree.becomes("db", phase::failed);
    tree.run();
    CHECK(tree.engine->failures().size() == 1);
    tree.engine->forget_ends();
    tree.new_engine();
    tree.run();
    CHECK(tree.engine->failures().empty());
}

TEST_CASE("trap: a condition that says no is asked once, even if its start was seen") {
    tried_tree tree("job\n");
    tree.ask("start job");
    CHECK(tree.due() == "u:job");
    observation now = tree.engine->seen(0);
    ++now.commands;
    now.waits_for_engine = false;
    now.want = reeve::supervise::want::up;
    now.phase = phase::starting;
    tree.engine->observe(0, now);
    CHECK(tree.due() == "");
    now.phase = phase::skipped;
    tree.engine->observe(0, now);
    CHECK(tree.due() == "");
    CHECK(tree.result() == ending::skipped);
}

TEST_CASE("trap: depth: a chain of 100,000 takes no stack") {
    std::string text = "s000000\n";
    char line[64];
    for (int i = 1; i < 100'000; ++i) {
        std::snprintf(line, sizeof line, "s%06d requires/s%06d\n", i, i - 1);
        text += line;
    }
    tried_tree tree(text);
    tree.engine->change(99'999).intent = intent::up;
    std::size_t letters = 0;
    for (std::string sent = tree.due(); !sent.empty(); sent = tree.due(), ++letters)
        tree.obey(sent.substr(2), phase::ready);
    CHECK(letters == 100'000);
    CHECK(tree["s099999"].ready);
}
