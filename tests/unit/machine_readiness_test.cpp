// How a service becomes ready and stays so: sources of readiness, check, health, watchdog, words of sd_notify.
#include "tests/unit/tried_machine.hpp"

#include <doctest/doctest.h>

using namespace reeve::supervise;
using reeve::tests::exited;
using reeve::tests::tried_machine;

TEST_CASE("machine: without a source it is ready when it has been exec'd") {
    tried_machine t;
    t.s.timeout_up = 1000;
    t.start();
    CHECK(t.at() == "ready");
    CHECK(t.m.readiness == 1);
    CHECK(t.wait() == 0);
}

TEST_CASE("machine: notification-fd and notify wait for their word, without waking up") {
    for (bool notify : {false, true}) {
        tried_machine t;
        t.s.notify = notify;
        t.s.notification_fd = notify ? -1 : 3;
        t.s.has_check = true; // not used beside them
        t.start();
        CHECK(t.at() == "up");
        CHECK(t.wait() == 0);
        CHECK(t.feed(event_kind::ready) == "");
        CHECK(t.at() == "ready");
        CHECK(t.feed(event_kind::ready) == "");
        CHECK(t.m.readiness == 1);
        CHECK(t.wait() == 0);
        t.end(exited(0), 5000);
        CHECK(t.m.readiness == 2);
    }
}

TEST_CASE("machine: timeout-up stops what is not ready and counts a failed start") {
    tried_machine t;
    t.s.notify = true;
    t.s.timeout_up = 500;
    t.start();
    SUBCASE("too late") {
        CHECK(t.wait() == 500);
        CHECK(t.next() == "up_due: signal_stop 15");
        CHECK(t.said != "");
        CHECK(t.feed(event_kind::main_ended, SIGTERM) == "record_death kill_tree");
        t.feed(event_kind::cleared);
        CHECK(t.m.last_cause == cause::timeout);
        CHECK(t.at() == "backoff");
        CHECK(t.m.wanted == want::up);
    }
    SUBCASE("extended") {
        t.tell(event_kind::extend, 3000);
        CHECK(t.wait() == 3000);
    }
    SUBCASE("in time") {
        t.feed(event_kind::ready);
        CHECK(t.wait() == 0);
    }
}

TEST_CASE("machine: check runs at intervals that double to 1000 ms") {
    tried_machine t;
    t.s.has_check = true;
    t.s.check_interval = 300;
    t.start();
    CHECK(t.at() == "up");
    for (std::int64_t wait : {300, 600, 1000, 1000}) {
        CHECK(t.wait() == wait);
        CHECK(t.next() == "probe_due: spawn_check");
        CHECK(t.m.probe_running);
        t.feed(event_kind::probe_ended, exited(1));
    }
    t.next();
    CHECK(t.feed(event_kind::probe_ended, exited(0)) == "");
    CHECK(t.at() == "ready");
    CHECK(t.wait() == 0);
}

TEST_CASE("machine: a check interval beyond 1000 ms stays what it is") {
    tried_machine t;
    t.s.has_check = true;
    t.s.check_interval = 5000;
    t.start();
    t.next();
    t.feed(event_kind::probe_ended, exited(1));
    CHECK(t.wait() == 5000);
}

TEST_CASE("machine: a check that hangs is killed and has failed") {
    tried_machine t;
    t.s.has_check = true;
    t.s.health_timeout = 250;
    t.start();
    t.next();
    CHECK(t.wait() == 250);
    CHECK(t.next() == "probe_limit_due: kill_probe");
    CHECK(t.feed(event_kind::probe_ended, SIGKILL) == "");
    CHECK(t.at() == "up");
    CHECK(t.wait() == 200);
}

TEST_CASE("machine: a check that is removed is not waited for") {
    tried_machine t;
    t.s.has_check = true;
    t.start();
    t.s.has_check = false;
    CHECK(t.next() == "probe_due");
    CHECK(t.at() == "ready");
}

TEST_CASE("machine: a check of a run that ended says nothing of the next") {
    tried_machine t;
    t.s.has_check = t.s.keep_leftovers = true;
    t.start();
    t.next();
    CHECK(t.feed(event_kind::main_ended, exited(1)) == "record_death kill_probe await_cleared");
    t.feed(event_kind::cleared);
    t.send("u");
    t.feed(event_kind::started);
    CHECK(t.next() == "probe_due"); // the old one is still there
    CHECK(t.feed(event_kind::probe_ended, exited(0)) == "");
    CHECK(t.at() == "up");
    CHECK(t.next() == "probe_due: spawn_check");
}

TEST_CASE("machine: health restarts after so many failures in a row") {
    tried_machine t;
    t.s.has_health = true;
    t.s.health_interval = 2000;
    t.start();
    CHECK(t.wait() == 2000);
    auto probe = [&](int status) {
        CHECK(t.next() == "probe_due: spawn_health");
        return t.feed(event_kind::probe_ended, status);
    };
    CHECK(probe(exited(1)) == "");
    CHECK(probe(exited(1)) == "");
    CHECK(probe(exited(0)) == ""); // in a row
    CHECK(probe(exited(1)) == "");
    CHECK(probe(SIGKILL) == "");
    CHECK(probe(exited(1)) == "signal_stop 15");
    CHECK(t.said != "");
    CHECK(t.feed(event_kind::main_ended, SIGTERM) == "record_death kill_tree");
    CHECK(t.feed(event_kind::cleared) == "spawn_main");
    CHECK(t.m.last_cause == cause::health);
    CHECK(t.m.deaths == 1);
    CHECK(t.m.health_failed == 0);
}

TEST_CASE("machine: a stop kills the probe that runs") {
    tried_machine t;
    t.s.has_health = true;
    t.start();
    t.next();
    CHECK(t.send("d") == "kill_probe signal_stop 15");
    CHECK(t.feed(event_kind::probe_ended, SIGKILL) == "");
    CHECK(t.feed(event_kind::main_ended, SIGTERM) == "kill_tree");
    CHECK(t.m.health_failed == 0);
}

TEST_CASE("machine: the watchdog is fed or bites") {
    tried_machine t;
    t.s.notify = true;
    t.s.watchdog = 800;
    t.start();
    CHECK(t.wait() == 0); // not before it is ready
    t.feed(event_kind::watchdog_ping);
    CHECK(t.wait() == 0);
    t.feed(event_kind::ready);
    CHECK(t.wait() == 800);
    t.now += 700;
    t.feed(event_kind::watchdog_ping);
    CHECK(t.wait() == 800);
    SUBCASE("fed by READY=1 too") {
        t.now += 100;
        t.feed(event_kind::ready);
        CHECK(t.wait() == 800);
    }
    SUBCASE("bites") {
        CHECK(t.next() == "watchdog_due: signal_stop 15");
        t.end(SIGTERM);
        CHECK(t.m.last_cause == cause::watchdog);
        CHECK(t.m.deaths == 1);
    }
    SUBCASE("WATCHDOG=trigger") {
        CHECK(t.feed(event_kind::watchdog_trigger) == "signal_stop 15");
    }
    SUBCASE("WATCHDOG_USEC=") {
        t.tell(event_kind::watchdog_period, 50);
        CHECK(t.wait() == 50);
        t.tell(event_kind::watchdog_period, 0);
        CHECK(t.wait() == 0);
        t.feed(event_kind::watchdog_ping);
        CHECK(t.wait() == 0);
    }
    SUBCASE("during a reload") {
        t.feed(event_kind::reloading);
        CHECK(t.at() == "up");
        t.now += 100;
        t.feed(event_kind::watchdog_ping);
        CHECK(t.wait() == 800);
        CHECK(t.next() == "watchdog_due: signal_stop 15");
    }
    SUBCASE("a period of this run does not outlive it") {
        t.tell(event_kind::watchdog_period, 50);
        t.end(exited(1), 10);
        t.send("u");
        CHECK(t.m.watchdog == 800);
    }
}

TEST_CASE("machine: a paused service is neither probed nor bitten") {
    tried_machine t;
    t.s.notify = t.s.has_health = true;
    t.s.watchdog = 800;
    t.s.health_interval = 300;
    t.start();
    t.feed(event_kind::ready);
    t.send("p");
    CHECK(t.next() == "probe_due");
    CHECK(t.next() == "watchdog_due");
    CHECK(t.wait() == 0);
    t.now += 10'000;
    t.send("c");
    CHECK(t.wait() == 300);
    CHECK(t.m.deadline(timer::watchdog) == t.now + 800);
}

TEST_CASE("machine: RELOADING=1 until READY=1") {
    tried_machine t;
    t.s.notify = t.s.has_health = true;
    t.start();
    t.feed(event_kind::reloading);
    CHECK(t.m.readiness == 0); // not ready anyway
    t.feed(event_kind::ready);
    t.next();
    CHECK(t.feed(event_kind::reloading) == "kill_probe");
    CHECK(t.at() == "up");
    CHECK(t.m.readiness == 2);
    CHECK(t.wait() == 0);
    CHECK(t.feed(event_kind::probe_ended, exited(0)) == ""); // health's, and too late
    CHECK(t.at() == "up");
    CHECK(t.wait() == 0);
    t.feed(event_kind::ready);
    CHECK(t.m.readiness == 3);
    CHECK(t.wait() == t.s.health_interval);
}
