// What follows an end: restart policies, the arithmetic of the backoff, the death tally, starts that fail.
#include "tests/unit/tried_machine.hpp"

#include <doctest/doctest.h>

using namespace reeve::supervise;
using reeve::tests::exited;
using reeve::tests::tried_machine;

TEST_CASE("machine: restart policies") {
    struct {
        restart_policy policy;
        int status;
        std::string_view then;
    } const ends[] = {
        {restart_policy::always, exited(0), "starting"},
        {restart_policy::always, exited(1), "starting"},
        {restart_policy::on_failure, exited(0), "down"},
        {restart_policy::on_failure, SIGTERM, "down"},
        {restart_policy::on_failure, SIGHUP, "down"},
        {restart_policy::on_failure, exited(1), "starting"},
        {restart_policy::on_failure, SIGSEGV, "starting"},
        {restart_policy::never, exited(0), "down"},
        {restart_policy::never, exited(1), "failed"},
        {restart_policy::never, SIGKILL, "failed"},
    };
    for (const auto& end : ends) {
        CAPTURE(end.status);
        tried_machine t;
        t.s.restart = end.policy;
        t.start();
        t.end(end.status, 5000);
        CHECK(t.at() == end.then);
        CHECK(t.m.wanted == (end.then == "starting" ? want::up : want::down));
        CHECK((t.m.gave_up == give_up::restart_policy) == (end.then == "failed"));
        if (end.then != "starting") CHECK(t.send("u") == "spawn_main");
    }
}

TEST_CASE("machine: success-exit is success") {
    tried_machine t;
    t.s.restart = restart_policy::on_failure;
    t.s.success_codes.add(3);
    t.start();
    t.end(exited(3), 5000);
    CHECK(t.at() == "down");
}

TEST_CASE("machine: an end that supervise caused is a failure, whatever its status") {
    tried_machine t;
    t.s.restart = restart_policy::never;
    t.s.notify = true;
    t.s.timeout_up = 100;
    t.start();
    CHECK(t.next() == "up_due: signal_stop 15");
    CHECK(t.feed(event_kind::main_ended, exited(0)) == "record_death kill_tree");
    t.feed(event_kind::cleared);
    CHECK(t.at() == "failed");
    CHECK(t.m.last_cause == cause::timeout);
}

TEST_CASE("machine: a service that ran longer than MIN restarts at once") {
    tried_machine t;
    t.start();
    CHECK(t.end(exited(1), 1000) == "spawn_main");
    t.feed(event_kind::started);
    CHECK(t.end(exited(1), 899) == ""); // less than MIN and its jitter
    CHECK(t.at() == "backoff");
}

TEST_CASE("machine: quick deaths back off by FACTOR to MAX, counted from the last start, with 10 % jitter") {
    bool differs = false;
    for (std::uint32_t seed = 1; seed < 200; ++seed) {
        tried_machine t;
        t.m.random = seed * 2654435761u;
        t.s.restart_delay = {1000, 3, 10000};
        t.start();
        for (std::int64_t expected : {1000, 3000, 9000, 10000, 10000}) {
            std::int64_t started = t.m.last_start;
            t.end(exited(1), 200);
            REQUIRE(t.at() == "backoff");
            std::int64_t waited = t.m.deadline(timer::start) - started;
            CHECK(waited >= expected * 9 / 10);
            CHECK(waited <= expected * 11 / 10);
            differs = differs || waited != expected;
            CHECK(t.next() == "start_due: spawn_main");
            t.feed(event_kind::started);
        }
        // Up for longer than MIN: at once, and the delay stays what it was.
        CHECK(t.end(exited(1), 1500) == "spawn_main");
        t.feed(event_kind::started);
        t.end(exited(1), 1);
        CHECK(t.wait() > 8000);
        t.next();
        t.feed(event_kind::started);
        // Up for longer than MAX: all is forgotten.
        CHECK(t.end(exited(1), 10001) == "spawn_main");
        t.feed(event_kind::started);
        t.end(exited(1), 1);
        CHECK(t.wait() <= 1100);
    }
    CHECK(differs);
}

TEST_CASE("machine: an end that was asked for waits for MIN only, and does not grow the delay") {
    tried_machine t;
    t.start();
    for (int round = 0; round < 4; ++round) {
        t.send("t");
        t.end(SIGTERM, 300);
        CHECK(t.at() == "backoff");
        CHECK(t.wait() == 700);
        t.next();
        t.feed(event_kind::started);
    }
    CHECK(t.m.deaths == 0);
}

TEST_CASE("machine: backoff ends by u at once, by d in down") {
    tried_machine t;
    t.start();
    t.end(exited(1));
    SUBCASE("u") {
        CHECK(t.send("u") == "spawn_main");
        CHECK(t.wait() == 0);
        t.feed(event_kind::started);
        t.end(exited(1));
        CHECK(t.wait() > 1100); // the delay has grown all the same
    }
    SUBCASE("d") {
        CHECK(t.send("d") == "");
        CHECK(t.at() == "down");
        CHECK(t.wait() == 0);
    }
    SUBCASE("o") {
        CHECK(t.send("o") == "spawn_main");
        t.feed(event_kind::started);
        t.end(exited(1));
        CHECK(t.at() == "down");
    }
}

TEST_CASE("machine: max-death-tally") {
    tried_machine t;
    t.s.max_death_tally = {3, 10};
    t.s.restart_delay = {1, 1, 1};
    t.start();
    auto die = [&](std::int64_t after) {
        t.end(exited(1), after);
        if (t.at() == "backoff") t.next();
        if (t.at() == "starting") t.feed(event_kind::started);
    };
    SUBCASE("so many in so short a time") {
        die(100), die(100), die(100);
        CHECK(t.at() == "failed");
        CHECK(t.m.gave_up == give_up::too_many_deaths);
        CHECK(t.m.deaths == 3);
        CHECK(t.send("u") == "spawn_main");
        t.feed(event_kind::started);
        die(100), die(100);
        CHECK(t.at() == "ready");
        die(100);
        CHECK(t.at() == "failed");
        t.send("0");
        CHECK(t.at() == "down");
        CHECK(t.m.wanted == want::down);
    }
    SUBCASE("spread over a longer time") {
        for (int round = 0; round < 10; ++round) die(5001);
        CHECK(t.at() == "ready");
        CHECK(t.m.deaths == 10);
    }
    SUBCASE("ends that were asked for do not count") {
        for (int round = 0; round < 5; ++round) {
            t.send("k");
            die(100);
        }
        CHECK(t.at() == "ready");
    }
}

TEST_CASE("machine: the tally remembers as many deaths as can be counted") {
    std::array<std::int64_t, most_counted_deaths> room{};
    death_tally tally{room};
    for (std::int64_t at = 1; at <= 5000; ++at) tally.add(at * 1000);
    CHECK(tally.count == most_counted_deaths);
    CHECK(tally.exceeds({most_counted_deaths, most_counted_deaths}, 5'000'000));
    CHECK_FALSE(tally.exceeds({most_counted_deaths, most_counted_deaths - 2}, 5'000'000));
    CHECK_FALSE(tally.exceeds({0, 100}, 5'000'000));
    tally.forget();
    CHECK_FALSE(tally.exceeds({1, 100}, 5'000'000));
}

TEST_CASE("machine: a start that fails is tried again after 1 s, growing to 60 s") {
    tried_machine t;
    t.send("u");
    for (std::int64_t wait : {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000}) {
        CHECK(t.feed(event_kind::start_failed) == "");
        CHECK(t.at() == "backoff");
        CHECK(t.m.last_cause == cause::failed);
        CHECK(t.wait() == wait);
        CHECK(t.next() == "start_due: spawn_main");
    }
    CHECK(t.m.starts == 0);
    CHECK(t.m.deaths == 0);
    t.feed(event_kind::started);
    t.end(exited(1), 5000);
    t.feed(event_kind::start_failed);
    CHECK(t.wait() == 1000);
}

TEST_CASE("machine: a start that fails and was wanted once has failed") {
    tried_machine t;
    t.send("o");
    t.feed(event_kind::start_failed);
    CHECK(t.at() == "failed");
}

TEST_CASE("machine: restarts_at_once foretells what settling does") {
    tried_machine t;
    t.start();
    CHECK_FALSE(restarts_at_once(t.m, t.s, exited(1), t.now + 999));
    CHECK(restarts_at_once(t.m, t.s, exited(1), t.now + 1000));
    t.s.restart = restart_policy::on_failure;
    CHECK_FALSE(restarts_at_once(t.m, t.s, exited(0), t.now + 1000));
    t.s.restart = restart_policy::always;
    t.s.has_finish = true;
    CHECK_FALSE(restarts_at_once(t.m, t.s, exited(1), t.now + 1000));
    t.s.has_finish = false;
    t.send("x");
    CHECK_FALSE(restarts_at_once(t.m, t.s, exited(1), t.now + 1000));
    t.m.exit_wanted = false;
    t.send("d");
    CHECK_FALSE(restarts_at_once(t.m, t.s, exited(1), t.now + 1000));
}
