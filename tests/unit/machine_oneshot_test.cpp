// Oneshots, targets, conditions.
#include "tests/unit/tried_machine.hpp"

#include <doctest/doctest.h>

using namespace reeve::supervise;
using reeve::tests::exited;
using reeve::tests::tried_machine;

namespace {
tried_machine oneshot() {
    tried_machine t(service_kind::oneshot);
    t.s.has_start = t.s.has_stop = true;
    return t;
}
// start has exited 0 and left nothing behind.
void finish_start(tried_machine& t) {
    t.start();
    t.feed(event_kind::main_ended, exited(0));
    t.feed(event_kind::cleared);
}
} // namespace

TEST_CASE("machine: a oneshot is done when start has exited 0 and its leftovers are gone") {
    tried_machine t = oneshot();
    t.s.has_finish = true; // is for run
    t.start();
    CHECK(t.at() == "starting");
    CHECK(t.m.main_alive);
    CHECK(t.feed(event_kind::main_ended, exited(0)) == "kill_tree");
    CHECK(t.m.readiness == 0);
    CHECK(t.feed(event_kind::cleared) == "");
    CHECK(t.at() == "done");
    CHECK(t.m.readiness == 1);
    CHECK(t.m.deaths == 0);
    CHECK(t.wait() == 0);
    CHECK(t.send("u") == "");
}

TEST_CASE("machine: a oneshot goes down by stop") {
    tried_machine t = oneshot();
    t.s.timeout_kill = 900;
    finish_start(t);
    CHECK(t.send("d") == "spawn_undo");
    CHECK(t.at() == "undoing");
    CHECK(t.wait() == 900);
    SUBCASE("that ends") {
        CHECK(t.feed(event_kind::script_ended, exited(0)) == "kill_tree");
        t.feed(event_kind::cleared);
        CHECK(t.at() == "down");
    }
    SUBCASE("that fails") {
        t.feed(event_kind::script_ended, exited(1));
        CHECK(t.said != "");
        t.feed(event_kind::cleared);
        CHECK(t.at() == "down");
    }
    SUBCASE("that hangs") {
        CHECK(t.next() == "script_due: kill_script");
        t.feed(event_kind::script_ended, SIGKILL);
        t.feed(event_kind::cleared);
        CHECK(t.at() == "down");
    }
    SUBCASE("that cannot be run") {
        CHECK(t.feed(event_kind::start_failed) == "kill_tree");
        t.feed(event_kind::cleared);
        CHECK(t.at() == "down");
    }
    SUBCASE("u meanwhile: start again after it, whatever the policy") {
        t.s.restart = restart_policy::never;
        t.send("u");
        t.feed(event_kind::script_ended, exited(0));
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
    }
    SUBCASE("x meanwhile") {
        t.send("x");
        t.feed(event_kind::script_ended, exited(0));
        CHECK(t.feed(event_kind::cleared) == "exit_orderly");
    }
}

TEST_CASE("machine: a oneshot without stop is just down; what it left is cleared away") {
    tried_machine t = oneshot();
    t.s.has_stop = false;
    finish_start(t);
    CHECK(t.send("d") == "kill_tree");
    t.feed(event_kind::cleared);
    CHECK(t.at() == "down");
}

TEST_CASE("machine: restart of a oneshot is stop, then start") {
    tried_machine t = oneshot();
    finish_start(t);
    CHECK(t.send("r") == "spawn_undo");
    t.feed(event_kind::script_ended, exited(0));
    CHECK(t.feed(event_kind::cleared) == "spawn_main");
}

TEST_CASE("machine: G undoes a oneshot, then it has failed") {
    tried_machine t = oneshot();
    finish_start(t);
    CHECK(t.send("G") == "spawn_undo");
    t.feed(event_kind::script_ended, exited(0));
    t.feed(event_kind::cleared);
    CHECK(t.at() == "failed");
}

TEST_CASE("machine: a oneshot that fails follows its restart policy") {
    tried_machine t = oneshot();
    SUBCASE("always") {
        t.start();
        CHECK(t.feed(event_kind::main_ended, exited(2)) == "record_death kill_tree");
        t.feed(event_kind::cleared);
        CHECK(t.at() == "backoff");
    }
    SUBCASE("never") {
        t.s.restart = restart_policy::never;
        t.start();
        t.end(exited(2));
        CHECK(t.at() == "failed");
    }
    SUBCASE("a signal is no success of a start") {
        t.s.restart = restart_policy::never;
        t.start();
        t.end(SIGTERM);
        CHECK(t.at() == "failed");
    }
    SUBCASE("but one that was asked for is no death") {
        t.start();
        t.send("t");
        CHECK(t.feed(event_kind::main_ended, SIGTERM) == "kill_tree");
    }
    SUBCASE("once") {
        t.send("o");
        t.feed(event_kind::started);
        t.end(exited(2));
        CHECK(t.at() == "down");
    }
    SUBCASE("timeout-up") {
        t.s.timeout_up = 100;
        t.start();
        CHECK(t.next() == "up_due: signal_stop 15");
        t.end(exited(0)); // too late to count
        CHECK(t.m.last_cause == cause::timeout);
        CHECK(t.at() == "backoff");
    }
}

TEST_CASE("machine: d while start runs stops it; what it has done all the same is undone") {
    tried_machine t = oneshot();
    t.start();
    CHECK(t.send("d") == "signal_stop 15");
    SUBCASE("it was stopped") {
        t.end(SIGTERM);
        CHECK(t.at() == "down");
    }
    SUBCASE("it had succeeded") {
        CHECK(t.end(exited(0)) == "spawn_undo");
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::cleared);
        CHECK(t.at() == "down");
        CHECK(t.m.readiness == 0);
    }
    SUBCASE("it had succeeded, and u thinks better of d") {
        t.send("u");
        CHECK(t.end(exited(0)) == "");
        CHECK(t.at() == "done");
    }
    SUBCASE("it had succeeded, and G came too") {
        t.send("G");
        CHECK(t.end(exited(0)) == "spawn_undo");
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::cleared);
        CHECK(t.at() == "failed");
    }
}

TEST_CASE("machine: d while a start's leftovers are cleared away undoes it") {
    tried_machine t = oneshot();
    t.start();
    t.feed(event_kind::main_ended, exited(0));
    CHECK(t.send("d") == "");
    CHECK(t.feed(event_kind::cleared) == "spawn_undo");
    CHECK(t.m.readiness == 0);
}

TEST_CASE("machine: a reload of what is done; it ends with it") {
    tried_machine t = oneshot();
    finish_start(t);
    CHECK(t.send("l") == "");
    t.s.has_reload = true;
    CHECK(t.send("l") == "spawn_reload");
    CHECK(t.send("d") == "kill_hook spawn_undo");
}

TEST_CASE("machine: a target is done at once, and down at once") {
    tried_machine t(service_kind::target);
    CHECK(t.send("u") == "");
    CHECK(t.at() == "done");
    CHECK(t.m.starts == 1);
    CHECK(t.wait() == 0);
    CHECK(t.send("r") == "kill_tree");
    t.feed(event_kind::cleared);
    CHECK(t.at() == "done");
    CHECK(t.m.starts == 2);
    CHECK(t.send("x") == "");
    CHECK(t.send("d") == "kill_tree");
    CHECK(t.feed(event_kind::cleared) == "exit_orderly");
}

TEST_CASE("machine: MAINPID= means nothing to a oneshot") {
    tried_machine t = oneshot();
    t.start();
    CHECK(t.feed(event_kind::main_found) == "");
    CHECK(t.at() == "starting");
}

TEST_CASE("machine: the condition comes before every start") {
    for (service_kind kind : {service_kind::process, service_kind::oneshot, service_kind::target}) {
        tried_machine t(kind);
        t.s.has_condition = true;
        CHECK(t.send("u") == "spawn_condition");
        CHECK(t.at() == "condition");
        CHECK(t.wait() == 60000);
        CHECK(t.feed(event_kind::script_ended, exited(0)) ==
              (kind == service_kind::target ? "" : "spawn_main"));
        CHECK(t.at() == (kind == service_kind::target ? "done" : "starting"));
        CHECK(t.wait() == 0);
    }
}

TEST_CASE("machine: what the condition says") {
    tried_machine t;
    t.s.has_condition = t.s.has_finish = true;
    t.s.timeout_up = 300;
    t.send("u");
    CHECK(t.wait() == 300);
    SUBCASE("1 to 99: skipped, neither failure nor success") {
        for (int code : {1, 99}) {
            CHECK(t.feed(event_kind::script_ended, exited(code)) == "");
            CHECK(t.at() == "skipped");
            CHECK(t.m.wanted == want::up);
            CHECK(t.m.deaths == 0);
            CHECK(t.m.gave_up == give_up::none);
            CHECK(t.wait() == 0);
            CHECK(t.send("u") == "spawn_condition"); // asked again
        }
    }
    SUBCASE("skipped, then d") {
        t.feed(event_kind::script_ended, exited(1));
        CHECK(t.send("d") == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("skipped, then 0") {
        t.feed(event_kind::script_ended, exited(1));
        CHECK(t.send("0") == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("skipped, then r") {
        t.feed(event_kind::script_ended, exited(1));
        CHECK(t.send("r") == "spawn_condition");
    }
    SUBCASE("100 and above: an error, tried again") {
        CHECK(t.feed(event_kind::script_ended, exited(100)) == "");
        CHECK(t.at() == "backoff");
        CHECK(t.wait() == 1000);
        CHECK(t.m.last_cause == cause::failed);
        CHECK(t.next() == "start_due: spawn_condition");
    }
    SUBCASE("too long: killed, an error") {
        CHECK(t.next() == "script_due: kill_script");
        t.feed(event_kind::script_ended, SIGKILL);
        CHECK(t.at() == "backoff");
    }
    SUBCASE("it cannot be run: an error") {
        CHECK(t.feed(event_kind::start_failed) == "");
        CHECK(t.at() == "backoff");
    }
    SUBCASE("d meanwhile: down, without finish") {
        CHECK(t.send("d") == "kill_script");
        CHECK(t.feed(event_kind::script_ended, SIGKILL) == "kill_tree");
        CHECK(t.feed(event_kind::cleared) == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("d meanwhile, and the condition was quicker: still down") {
        t.send("d");
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::cleared);
        CHECK(t.at() == "down");
    }
    SUBCASE("d, then u or o: a start anew, no error") {
        for (const char* sent : {"du", "do", "Gu", "Go"}) {
            t.send(sent);
            t.feed(event_kind::script_ended, SIGKILL);
            CHECK(t.feed(event_kind::cleared) == "spawn_condition");
        }
    }
    SUBCASE("G meanwhile") {
        CHECK(t.send("G") == "kill_script");
        t.feed(event_kind::script_ended, SIGKILL);
        t.feed(event_kind::cleared);
        CHECK(t.at() == "failed");
        CHECK(t.m.gave_up == give_up::asked);
    }
    SUBCASE("o meanwhile: one run") {
        t.send("o");
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::started);
        t.feed(event_kind::ready);
        t.feed(event_kind::main_ended, exited(0));
        CHECK(t.feed(event_kind::cleared) == "spawn_finish");
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::cleared);
        CHECK(t.at() == "down");
    }
}
