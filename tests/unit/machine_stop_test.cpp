// The ladder of stop signals, control programs in their place, and what is left behind.
#include "tests/unit/tried_machine.hpp"

#include <doctest/doctest.h>

using namespace reeve::supervise;
using reeve::tests::exited;
using reeve::tests::tried_machine;

TEST_CASE("machine: down-signal and timeout-kill") {
    tried_machine t;
    t.s.down_signal = SIGINT;
    t.s.timeout_kill = 400;
    t.start();
    CHECK(t.send("d") == "signal_stop 2");
    CHECK(t.wait() == 400);
    CHECK(t.next() == "rung_due: kill_tree");
    CHECK(t.said != "");
    CHECK(t.wait() == 0);
    CHECK(t.end(SIGKILL) == "");
    CHECK(t.at() == "down");
}

TEST_CASE("machine: timeout-kill 0 never kills") {
    tried_machine t;
    t.s.timeout_kill = 0;
    t.start();
    t.send("d");
    CHECK(t.wait() == 0);
    CHECK(t.at() == "stopping");
}

TEST_CASE("machine: stop-steps are climbed one by one") {
    tried_machine t;
    t.s.stop_step_count = 3;
    t.s.stop_steps = {{{SIGINT, 100}, {SIGTERM, 200}, {SIGQUIT, 300}}};
    t.start();
    CHECK(t.send("d") == "signal_stop 2");
    CHECK(t.wait() == 100);
    CHECK(t.next() == "rung_due: signal_stop 15");
    CHECK(t.wait() == 200);
    CHECK(t.next() == "rung_due: signal_stop 3");
    CHECK(t.wait() == 300);
    CHECK(t.next() == "rung_due: kill_tree");
    t.end(SIGKILL);
    t.send("u");
    t.feed(event_kind::started);
    CHECK(t.send("d") == "signal_stop 2"); // from the bottom again
}

TEST_CASE("machine: control/d runs in place of the first signal") {
    tried_machine t;
    t.s.control_hooks.add('d');
    t.s.timeout_kill = 400;
    t.start();
    CHECK(t.send("d") == "spawn_hook d");
    CHECK(t.wait() == 400);
    SUBCASE("it has seen to it") {
        CHECK(t.feed(event_kind::hook_ended, exited(0)) == "");
    }
    SUBCASE("it has not") {
        CHECK(t.feed(event_kind::hook_ended, exited(1)) == "signal_stop 15");
    }
    SUBCASE("it hangs: the ladder does not") {
        CHECK(t.next() == "rung_due: kill_tree");
    }
    SUBCASE("the service ends before it: it is killed, and sends nothing to the next one") {
        t.send("u");
        CHECK(t.feed(event_kind::main_ended, exited(0)) == "kill_hook kill_tree");
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
        t.feed(event_kind::started);
        CHECK(t.feed(event_kind::hook_ended, SIGKILL) == "");
        CHECK(t.at() == "ready");
    }
}

TEST_CASE("machine: control/t runs for a stop too, unless there is control/d") {
    tried_machine t;
    t.s.control_hooks.add('t');
    t.start();
    SUBCASE("alone") {
        CHECK(t.send("d") == "spawn_hook t");
        CHECK(t.feed(event_kind::hook_ended, exited(1)) == "signal_stop 15");
    }
    SUBCASE("beside control/d") {
        t.s.control_hooks.add('d');
        CHECK(t.send("d") == "spawn_hook d");
    }
}

TEST_CASE("machine: control/X runs in place of a signal") {
    tried_machine t;
    t.s.control_hooks.add('t');
    t.s.control_hooks.add('h');
    t.start();
    CHECK(t.send("t") == "spawn_hook t");
    CHECK(t.send("h") == "signal_main 1"); // one program at a time
    CHECK(t.feed(event_kind::hook_ended, exited(1)) == "signal_main 15");
    CHECK(t.send("h") == "spawn_hook h");
    CHECK(t.feed(event_kind::hook_ended, exited(0)) == "");
    CHECK(t.send("d") == "spawn_hook t"); // a stop is a TERM, too
}

TEST_CASE("machine: leftovers are killed, or kept") {
    tried_machine t;
    t.start();
    t.now += 5000;
    SUBCASE("kill") {
        CHECK(t.feed(event_kind::main_ended, exited(0)) == "record_death kill_tree");
    }
    SUBCASE("keep") {
        t.s.keep_leftovers = true;
        CHECK(t.feed(event_kind::main_ended, exited(0)) == "record_death await_cleared");
    }
    SUBCASE("keep, after the end of the ladder") {
        t.s.keep_leftovers = true;
        t.send("d");
        t.next();
        CHECK(t.feed(event_kind::main_ended, SIGKILL) == "kill_tree");
        t.feed(event_kind::cleared);
        t.send("u");
        t.feed(event_kind::started);
        t.send("d");
        CHECK(t.feed(event_kind::main_ended, SIGTERM) == "await_cleared");
    }
    CHECK((t.at() == "clearing"));
}

TEST_CASE("machine: STOPPING=1 is the end of readiness, not a command") {
    tried_machine t;
    t.s.notify = true;
    t.start();
    t.feed(event_kind::ready);
    t.now += 5000;
    CHECK(t.feed(event_kind::stopping) == "");
    CHECK(t.at() == "stopping");
    CHECK(t.wait() == t.s.timeout_kill);
    SUBCASE("it ends: as if it had just ended") {
        CHECK(t.feed(event_kind::main_ended, exited(0)) == "record_death kill_tree");
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
    }
    SUBCASE("it does not end") {
        CHECK(t.next() == "rung_due: kill_tree");
    }
    SUBCASE("d meanwhile") {
        CHECK(t.send("d") == "");
        CHECK(t.end(exited(0)) == "");
        CHECK(t.at() == "down");
    }
    SUBCASE("it takes longer") {
        t.tell(event_kind::extend, 100'000);
        CHECK(t.wait() == 100'000);
        t.tell(event_kind::extend, 1); // never shortens
        CHECK(t.wait() == 100'000);
    }
}

TEST_CASE("machine: EXTEND_TIMEOUT puts off the rung of a commanded stop") {
    tried_machine t;
    t.s.timeout_kill = 100;
    t.start();
    t.send("d");
    t.tell(event_kind::extend, 5000);
    CHECK(t.wait() == 5000);
    t.s.timeout_kill = 0;
    tried_machine patient;
    patient.s.timeout_kill = 0;
    patient.start();
    patient.send("d");
    patient.tell(event_kind::extend, 5000);
    CHECK(patient.wait() == 0);
}

TEST_CASE("machine: finish runs once after every end of run") {
    tried_machine t;
    t.s.has_finish = true;
    t.s.timeout_finish = 300;
    t.start();
    CHECK(t.end(exited(1), 5000) == "spawn_finish");
    CHECK(t.at() == "finishing");
    CHECK(t.wait() == 300);
    SUBCASE("and then the next run") {
        CHECK(t.feed(event_kind::script_ended, exited(1)) == "kill_tree");
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
        CHECK(t.m.wait_status == exited(1)); // run's, not finish's
    }
    SUBCASE("125 gives up") {
        t.feed(event_kind::script_ended, exited(125));
        CHECK(t.feed(event_kind::cleared) == "");
        CHECK(t.at() == "failed");
        CHECK(t.m.gave_up == give_up::finish_said_so);
        CHECK(t.wait() == 0);
        CHECK(t.send("u") == "spawn_main");
    }
    SUBCASE("timeout-finish") {
        CHECK(t.next() == "script_due: kill_script");
        t.feed(event_kind::script_ended, SIGKILL);
        CHECK(t.feed(event_kind::cleared) == "spawn_main");
    }
    SUBCASE("it cannot be run") {
        CHECK(t.feed(event_kind::start_failed) == "spawn_main");
    }
    SUBCASE("the time it takes counts as backoff") {
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::cleared);
        t.feed(event_kind::started);
        t.end(exited(1), 1);
        t.now += 200;
        t.feed(event_kind::script_ended, exited(0));
        t.feed(event_kind::cleared);
        CHECK(t.at() == "backoff");
        CHECK(t.m.deadline(timer::start) <= t.m.last_start + 1100);
    }
}

TEST_CASE("machine: timeout-finish 0 waits for ever") {
    tried_machine t;
    t.s.has_finish = true;
    t.s.timeout_finish = 0;
    t.start();
    t.end(exited(1), 5000);
    CHECK(t.wait() == 0);
}
