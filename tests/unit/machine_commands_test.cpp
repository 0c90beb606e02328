// What the control letters do to the machine, in the stages where they matter.
#include "tests/unit/tried_machine.hpp"

#include <doctest/doctest.h>

using namespace reeve::supervise;
using reeve::tests::exited;
using reeve::tests::tried_machine;

TEST_CASE("machine: u starts it, once") {
    tried_machine t;
    t.m.waits_for_engine = true;
    CHECK(t.send("u") == "spawn_main");
    CHECK(t.at() == "starting");
    CHECK_FALSE(t.m.waits_for_engine);
    CHECK(t.feed(event_kind::started) == "");
    CHECK(t.at() == "ready");
    CHECK(t.m.starts == 1);
    CHECK(t.send("u") == "");
    CHECK(t.wait() == 0);
}

TEST_CASE("machine: d stops it and it stays down") {
    tried_machine t;
    t.start();
    CHECK(t.send("d") == "signal_stop 15");
    CHECK(t.at() == "stopping");
    CHECK(t.m.stop_sent);
    CHECK(t.send("d") == "");
    CHECK(t.feed(event_kind::main_ended, SIGTERM) == "kill_tree");
    CHECK(t.feed(event_kind::cleared) == "");
    CHECK(t.at() == "down");
    CHECK(t.m.deaths == 0);
    CHECK(t.wait() == 0);
}

TEST_CASE("machine: u during a stop starts it again after it, whatever the policy") {
    for (auto policy : {restart_policy::always, restart_policy::on_failure, restart_policy::never}) {
        tried_machine t;
        t.s.restart = policy;
        t.start();
        t.send("du");
        CHECK(t.end(exited(0)) == "spawn_main");
    }
}

TEST_CASE("machine: u while a death is cleared away or finish runs starts it at once") {
    tried_machine t;
    t.s.has_finish = true;
    t.s.restart = restart_policy::never;
    t.start();
    t.feed(event_kind::main_ended, exited(1));
    CHECK(t.feed(event_kind::cleared) == "spawn_finish");
    CHECK(t.send("u") == "");
    t.feed(event_kind::script_ended, exited(0));
    CHECK(t.feed(event_kind::cleared) == "spawn_main");

    t.feed(event_kind::started);
    t.feed(event_kind::main_ended, exited(1));
    CHECK(t.at() == "clearing");
    t.send("ud");
    CHECK(t.feed(event_kind::cleared) == "spawn_finish");
    t.feed(event_kind::script_ended, exited(0));
    t.feed(event_kind::cleared);
    CHECK(t.at() == "down");
}

TEST_CASE("machine: d during finish means down after it") {
    tried_machine t;
    t.s.has_finish = true;
    t.start();
    CHECK(t.end(exited(1), 5000) == "spawn_finish");
    CHECK(t.send("d") == "");
    CHECK(t.at() == "finishing");
    t.feed(event_kind::script_ended, exited(0));
    CHECK(t.feed(event_kind::cleared) == "");
    CHECK(t.at() == "down");
}

TEST_CASE("machine: o starts it and lets it end") {
    tried_machine t;
    CHECK(t.send("o") == "spawn_main");
    t.feed(event_kind::started);
    CHECK(t.m.wanted == want::once);
    CHECK(t.end(exited(1), 5000) == "");
    CHECK(t.at() == "down");
    CHECK(t.m.deaths == 1);
    SUBCASE("again") {
        CHECK(t.send("o") == "spawn_main");
    }
    SUBCASE("r starts what was wanted once again") {
        CHECK(t.send("r") == "spawn_main");
    }
}

TEST_CASE("machine: o while up means no restart; while stopping, no start; after the end, a start") {
    tried_machine t;
    t.start();
    t.send("o");
    SUBCASE("while up") {
        CHECK(t.end(exited(1), 5000) == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("while stopping, as with daemontools") {
        t.send("do");
        CHECK(t.end(SIGTERM) == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("r, then o: not restarted") {
        t.send("ro");
        CHECK(t.end(SIGTERM) == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("while what it left is cleared away") {
        t.feed(event_kind::main_ended, exited(0));
        t.send("o");
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
        t.feed(event_kind::started);
        CHECK(t.end(exited(0), 5000) == "");
        CHECK(t.at() == "down");
    }
}

TEST_CASE("machine: x exits when it is down, and does not stop it") {
    tried_machine t;
    SUBCASE("down") {
        CHECK(t.send("x") == "exit_orderly");
    }
    SUBCASE("up, wanted up: the next end is the last") {
        t.start();
        CHECK(t.send("x") == "");
        CHECK(t.wait() == 0);
        CHECK(t.end(exited(0), 5000) == "exit_orderly");
        CHECK(t.m.starts == 1);
    }
    SUBCASE("d then x") {
        t.start();
        t.send("dx");
        CHECK(t.end(SIGTERM) == "exit_orderly");
        CHECK(t.at() == "down");
    }
    SUBCASE("x wins over a later u") {
        t.start();
        t.send("dxu");
        CHECK(t.end(SIGTERM) == "exit_orderly");
    }
    SUBCASE("finish runs first") {
        t.s.has_finish = true;
        t.start();
        t.send("dx");
        CHECK(t.end(SIGTERM) == "spawn_finish");
        CHECK(t.feed(event_kind::script_ended, exited(0)) == "kill_tree");
        CHECK(t.feed(event_kind::cleared) == "exit_orderly");
    }
    SUBCASE("in backoff") {
        t.start();
        t.end(exited(1));
        CHECK(t.at() == "backoff");
        CHECK(t.send("x") == "exit_orderly");
    }
    SUBCASE("failed") {
        t.send("G");
        CHECK(t.send("x") == "exit_orderly");
    }
    SUBCASE("a start that fails") {
        t.send("u");
        t.send("x");
        CHECK(t.feed(event_kind::start_failed) == "exit_orderly");
    }
    SUBCASE("ox: run once, then exit") {
        t.send("ox");
        t.feed(event_kind::started);
        CHECK(t.end(exited(0)) == "exit_orderly");
    }
}

TEST_CASE("machine: p and c") {
    tried_machine t;
    CHECK(t.send("pc") == "");
    t.start();
    CHECK(t.send("p") == "freeze");
    CHECK(t.m.paused);
    CHECK(t.send("c") == "thaw");
    CHECK_FALSE(t.m.paused);
    t.send("p");
    CHECK(t.send("d") == "signal_stop 15 thaw"); // a stopped process could not heed it
    CHECK_FALSE(t.m.paused);
    t.send("p");
    t.end(SIGKILL);
    CHECK_FALSE(t.m.paused);
}

TEST_CASE("machine: letters of signals") {
    for (const letter& each : letters) {
        if (each.meaning != command::signal) continue;
        tried_machine t;
        std::string_view name(&each.name, 1);
        CHECK(t.send(name) == "");
        t.start();
        CHECK(t.send(name) == "signal_main " + std::to_string(each.signal));
        CHECK(t.at() == "ready");
        CHECK(t.m.stop_sent == (each.signal == SIGTERM));
        t.send("d");
        CHECK(t.send(name) == "signal_main " + std::to_string(each.signal));
    }
}

TEST_CASE("machine: a signal that was asked for is no death") {
    struct {
        const char* letters;
        int status;
        bool asked;
    } const ends[] = {
        {"t", SIGTERM, true},  {"t", exited(0), true},  {"k", SIGKILL, true},    {"i", exited(1), true},
        {"q", SIGQUIT, true},  {"1", SIGUSR1, true},    {"h", SIGHUP, true},     {"a", SIGALRM, true},
        {"1", SIGSEGV, false}, {"h", exited(1), false}, {"w", exited(0), false}, {"2", SIGKILL, false},
        {"", SIGTERM, false},
    };
    for (const auto& end : ends) {
        CAPTURE(end.letters);
        CAPTURE(end.status);
        tried_machine t;
        t.start();
        t.send(end.letters);
        t.now += 5000;
        CHECK(t.feed(event_kind::main_ended, end.status) ==
              (end.asked ? "kill_tree" : "record_death kill_tree"));
        CHECK(t.m.deaths == (end.asked ? 0 : 1));
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
        CHECK(t.m.signals_asked == 0);
    }
}

TEST_CASE("machine: r restarts, want unchanged") {
    tried_machine t;
    CHECK(t.send("r") == "");
    CHECK(t.at() == "down");
    t.start();
    CHECK(t.send("r") == "signal_stop 15");
    SUBCASE("up") {
        CHECK(t.end(SIGTERM) == "spawn_main");
        CHECK(t.m.wanted == want::up);
        CHECK(t.m.deaths == 0);
    }
    SUBCASE("with a policy that restarts nothing") {
        t.s.restart = restart_policy::never;
        CHECK(t.end(SIGTERM) == "spawn_main");
    }
    SUBCASE("d thinks better of it") {
        t.send("d");
        CHECK(t.end(SIGTERM) == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("finish runs in between") {
        t.s.has_finish = true;
        CHECK(t.end(SIGTERM) == "spawn_finish");
        t.feed(event_kind::script_ended, exited(0));
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
    }
}

TEST_CASE("machine: r in other stages") {
    tried_machine t;
    SUBCASE("once: started again, once") {
        t.send("o");
        t.feed(event_kind::started);
        t.send("r");
        CHECK(t.end(SIGTERM) == "spawn_main");
        CHECK(t.m.wanted == want::once);
    }
    SUBCASE("starting") {
        t.s.forking = true;
        t.start();
        CHECK(t.at() == "starting");
        CHECK(t.send("r") == "signal_stop 15");
        CHECK(t.end(SIGTERM) == "spawn_main");
    }
    SUBCASE("backoff: at once") {
        t.start();
        t.end(exited(1));
        CHECK(t.send("r") == "spawn_main");
    }
    SUBCASE("while a death is cleared away: no backoff") {
        t.start();
        t.feed(event_kind::main_ended, exited(1));
        t.send("r");
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
    }
    SUBCASE("while a commanded stop goes on: not") {
        t.start();
        t.send("dr");
        CHECK(t.end(SIGTERM) == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("failed: not") {
        t.send("G");
        CHECK(t.send("r") == "");
        CHECK(t.at() == "failed");
    }
}

TEST_CASE("machine: l reloads") {
    tried_machine t;
    CHECK(t.send("l") == "");
    t.start();
    CHECK(t.send("l") == "signal_main 1");
    t.s.has_reload = true;
    CHECK(t.send("l") == "spawn_reload");
    CHECK(t.send("l") == "");
    CHECK(t.said != "");
    CHECK(t.feed(event_kind::hook_ended, exited(1)) == "");
    CHECK(t.send("l") == "spawn_reload");
    CHECK(t.at() == "ready");
}

TEST_CASE("machine: G gives up") {
    tried_machine t;
    SUBCASE("up") {
        t.start();
        CHECK(t.send("G") == "signal_stop 15");
        CHECK(t.end(SIGTERM) == "");
    }
    SUBCASE("down") {
        CHECK(t.send("G") == "");
    }
    SUBCASE("backoff") {
        t.start();
        t.end(exited(1));
        CHECK(t.send("G") == "");
    }
    SUBCASE("while it stops") {
        t.start();
        t.send("dG");
        t.end(SIGTERM);
    }
    SUBCASE("while finish runs") {
        t.s.has_finish = true;
        t.start();
        t.end(exited(1));
        t.send("G");
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::cleared);
    }
    CHECK(t.at() == "failed");
    CHECK(t.m.gave_up == give_up::asked);
    CHECK(t.m.wanted == want::down);
    CHECK(t.wait() == 0);
}

TEST_CASE("machine: what failed is left by u, o or 0 only") {
    tried_machine t;
    t.send("G");
    CHECK(t.send("dGrlpcht") == "");
    CHECK(t.at() == "failed");
    SUBCASE("u") {
        CHECK(t.send("u") == "spawn_main");
        CHECK(t.m.gave_up == give_up::none);
    }
    SUBCASE("o") {
        CHECK(t.send("o") == "spawn_main");
    }
    SUBCASE("0") {
        CHECK(t.send("0") == "");
        CHECK(t.at() == "down");
        CHECK(t.m.gave_up == give_up::none);
    }
}

TEST_CASE("machine: G, then u while it still stops: up after all") {
    tried_machine t;
    t.start();
    t.send("Gu");
    CHECK(t.end(SIGTERM) == "spawn_main");
}

TEST_CASE("machine: 0 forgets without starting") {
    tried_machine t;
    t.s.max_death_tally = {2, 60};
    t.start();
    t.end(exited(1));
    t.next();
    t.feed(event_kind::started);
    t.send("0");
    CHECK(t.m.delay == 0);
    t.end(exited(1));
    CHECK(t.at() == "backoff"); // the first of two again
    std::int64_t wait = t.wait();
    CHECK(t.send("0") == "");
    CHECK(t.at() == "backoff"); // what waits goes on waiting
    CHECK(t.wait() == wait);
}

TEST_CASE("machine: X leaves at any moment, U waits for a quiet one") {
    for (std::size_t at = 0; at < stage_count; ++at) {
        tried_machine t;
        t.m.at = static_cast<stage>(at);
        CHECK(t.send("X") == "exit_leaving");
    }
    tried_machine t;
    CHECK(t.send("U") == "upgrade");
    t.start();
    CHECK(t.send("U") == "upgrade");
    t.send("d");
    CHECK(t.send("U") == "");
    t.feed(event_kind::main_ended, SIGTERM);
    SUBCASE("quiet") {
        CHECK(t.feed(event_kind::cleared) == "upgrade");
        CHECK(t.send("u") == "spawn_main");
    }
    SUBCASE("x wins") {
        t.send("x");
        CHECK(t.feed(event_kind::cleared) == "exit_orderly");
    }
    SUBCASE("X wins") {
        CHECK(t.send("X") == "exit_leaving");
    }
}

TEST_CASE("machine: U waits for probes and control programs") {
    tried_machine t;
    t.s.has_check = true;
    t.start();
    CHECK(t.next() == "probe_due: spawn_check");
    CHECK(t.send("U") == "");
    CHECK(t.feed(event_kind::probe_ended, exited(0)) == "upgrade");
    t.s.has_reload = true;
    t.send("l");
    CHECK(t.send("U") == "");
    CHECK(t.feed(event_kind::hook_ended, exited(0)) == "upgrade");
}

TEST_CASE("machine: a logger that is told to exit ends by itself, or within limit-log-wait") {
    tried_machine t;
    t.m.is_logger = true;
    t.s.limit_log_wait = 700;
    SUBCASE("by itself") {
        t.start();
        t.send("x");
        CHECK(t.wait() == 700);
        CHECK(t.end(exited(0)) == "exit_orderly");
        CHECK(t.wait() == 0);
    }
    SUBCASE("not") {
        t.start();
        t.send("x");
        CHECK(t.next() == "log_wait_due: signal_stop 15");
        CHECK(t.m.wanted == want::down);
        CHECK(t.end(SIGTERM) == "exit_orderly");
    }
    SUBCASE("told before it was up") {
        t.s.has_condition = true;
        t.send("ux");
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::started);
        CHECK(t.wait() == 700);
    }
    SUBCASE("0 waits for ever") {
        t.s.limit_log_wait = 0;
        t.start();
        t.send("x");
        CHECK(t.wait() == 0);
    }
    SUBCASE("a second x does not hurt a stop") {
        t.start();
        t.send("dx");
        CHECK(t.wait() == t.s.timeout_kill);
    }
}
