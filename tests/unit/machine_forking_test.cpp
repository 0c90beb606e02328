// A run that goes into the background: the daemon is found, or lost.
#include "tests/unit/tried_machine.hpp"

#include <doctest/doctest.h>

using namespace reeve::supervise;
using reeve::tests::exited;
using reeve::tests::tried_machine;

namespace {
tried_machine in_background() {
    tried_machine t;
    t.s.forking = true;
    t.start();
    CHECK(t.at() == "starting");
    CHECK(t.feed(event_kind::main_ended, exited(0)) == "find_main");
    CHECK(t.at() == "starting");
    CHECK_FALSE(t.m.main_alive);
    return t;
}
} // namespace

TEST_CASE("machine: the daemon that run left behind becomes the main process") {
    tried_machine t = in_background();
    CHECK(t.feed(event_kind::main_found) == "");
    CHECK(t.at() == "ready");
    CHECK(t.m.main_forked);
    CHECK(t.m.starts == 1);
    CHECK(t.wait() == 0);
    CHECK(t.feed(event_kind::main_ended, exited(1)) == "record_death kill_tree");
    CHECK_FALSE(t.m.main_forked);
}

TEST_CASE("machine: the daemon is looked for at intervals that double") {
    tried_machine t = in_background();
    for (std::int64_t wait : {20, 40, 80, 160, 320, 640, 1000, 1000}) {
        CHECK(t.wait() == wait);
        CHECK(t.next() == "find_due: find_main");
    }
    t.feed(event_kind::main_found);
    CHECK(t.wait() == 0);
}

TEST_CASE("machine: no daemon is a failed start, not a success") {
    tried_machine t;
    t.s.forking = true;
    t.s.restart = restart_policy::on_failure;
    t.s.has_finish = true;
    t.start();
    t.feed(event_kind::main_ended, exited(0));
    CHECK(t.feed(event_kind::main_lost) == "record_death kill_tree");
    CHECK(t.m.last_cause == cause::failed);
    CHECK(t.feed(event_kind::cleared) == "spawn_finish");
    t.feed(event_kind::script_ended, exited(0));
    t.feed(event_kind::cleared);
    CHECK(t.at() == "backoff");
}

TEST_CASE("machine: a run that fails before it is in the background is a death") {
    for (int status : {exited(1), int{SIGTERM}, int{SIGSEGV}}) {
        tried_machine t;
        t.s.forking = true;
        t.start();
        CHECK(t.feed(event_kind::main_ended, status) == "record_death kill_tree");
    }
}

TEST_CASE("machine: stop while the daemon is looked for kills what there is, `leftovers` or not") {
    tried_machine t = in_background();
    t.s.keep_leftovers = true;
    CHECK(t.send("d") == "kill_tree");
    CHECK(t.at() == "clearing");
    t.feed(event_kind::cleared);
    CHECK(t.at() == "down");
    CHECK(t.m.deaths == 0);
}

TEST_CASE("machine: timeout-up while the daemon is looked for") {
    tried_machine t;
    t.s.forking = true;
    t.s.timeout_up = 10;
    t.start();
    t.feed(event_kind::main_ended, exited(0));
    CHECK(t.next() == "up_due: record_death kill_tree");
    CHECK(t.m.last_cause == cause::timeout);
}

TEST_CASE("machine: what a forking service says before it is in the background counts") {
    tried_machine t;
    t.s.forking = t.s.notify = true;
    t.start();
    SUBCASE("READY=1 first") {
        t.feed(event_kind::ready);
        CHECK(t.at() == "starting");
        t.feed(event_kind::main_ended, exited(0));
        t.feed(event_kind::main_found);
        CHECK(t.at() == "ready");
    }
    SUBCASE("MAINPID= before run has ended") {
        t.feed(event_kind::main_found);
        CHECK(t.at() == "up");
        t.feed(event_kind::ready);
        CHECK(t.at() == "ready");
    }
    SUBCASE("not of the run before") {
        t.feed(event_kind::ready);
        t.end(exited(1), 5000);
        t.feed(event_kind::started);
        t.feed(event_kind::main_ended, exited(0));
        t.feed(event_kind::main_found);
        CHECK(t.at() == "up");
    }
}

TEST_CASE("machine: a forking service with check is ready when check says so") {
    tried_machine t;
    t.s.forking = t.s.has_check = true;
    t.start();
    CHECK(t.wait() == 0); // not before there is a daemon
    t.feed(event_kind::main_ended, exited(0));
    t.feed(event_kind::main_found);
    CHECK(t.at() == "up");
    CHECK(t.next() == "probe_due: spawn_check");
    t.feed(event_kind::probe_ended, exited(0));
    CHECK(t.at() == "ready");
}
