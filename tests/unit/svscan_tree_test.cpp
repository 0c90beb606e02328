// The tree of svscan: events in, actions out, without a process.
#include "svscan/tree.hpp"

#include <csignal>
#include <doctest/doctest.h>
#include <sstream>
#include <utility>

using namespace reeve::svscan;

namespace {
// A tree whose supervises start at once, unless `fails` says otherwise; keeps what was asked for as short texts.
struct simulation {
    tree services;
    moment now = 1000;
    pid_t next_pid = 100;
    bool starts_fail = false;
    std::string log;
    // What `look` finds.
    std::map<std::string, sight> names;

    explicit simulation(std::size_t most = SIZE_MAX)
        : services(most) {}

    static sight complete(std::uint64_t inode, bool has_log = false) {
        return {sight_kind::complete, {1, inode}, has_log};
    }
    static sight incomplete(std::uint64_t inode) { return {sight_kind::incomplete, {1, inode}, false}; }

    std::string label(supervisor_id who) const {
        return services.name_of(who.service) + (who.which == side::logger ? "/log" : "");
    }
    supervisor_id find(const std::string& name, side which = side::main) const {
        return {*services.find(name), which};
    }

    void feed(const event& what) {
        action_list actions;
        services.step(what, now, actions);
        for (std::size_t i = 0; i < actions.size(); ++i) {
            any_action next = std::move(actions[i]);
            std::visit([&](const auto& each) { perform(each, actions); }, next);
        }
    }
    void write(const std::string& text) { log += (log.empty() ? "" : "; ") + text; }
    std::string took() { return std::exchange(log, {}); }

    void see(const std::string& name, sight what, bool whole = true) {
        names[name] = what;
        feed(saw{name, what, whole});
    }
    void lose(const std::string& name) {
        names.erase(name);
        feed(lost{name});
    }
    void end(const std::string& name, ending kind, side which = side::main, bool reachable = true) {
        feed(ended{find(name, which), kind, reachable, "ended"});
    }
    void pass(moment time) {
        now += time;
        feed(tick{});
    }

    void perform(const action::start& what, action_list& out) {
        write("start " + label(what.who));
        if (starts_fail)
            services.step(start_failed{what.who, "unable"}, now, out);
        else
            services.step(started{what.who, next_pid++}, now, out);
    }
    void perform(const action::tell& what, action_list&) {
        write(std::string(what.letters) + " " + label(what.who));
    }
    void perform(const action::forget&, action_list&) {}
    void perform(const action::close_writer& what, action_list&) {
        write("eof " + services.name_of(what.service));
    }
    void perform(const action::release&, action_list&) { write("release"); }
    void perform(const action::look& what, action_list& out) {
        if (names.contains(what.name))
            services.step(saw{what.name, names[what.name], true}, now, out);
        else
            services.step(lost{what.name}, now, out);
    }
    void perform(const action::watch& what, action_list&) {
        write((what.deep ? "watch all of " : "watch ") + what.name);
    }
    void perform(const action::unwatch& what, action_list&) { write("unwatch " + what.name); }
    void perform(const action::rescan& what, action_list&) { write(what.prune ? "prune" : "rescan"); }
    void perform(const action::run_stop_script&, action_list&) { write("stop script"); }
    void perform(const action::kill_stop_script&, action_list&) { write("kill stop script"); }
    void perform(const action::end_orphans& what, action_list&) {
        write(what.signal == SIGKILL ? "KILL orphans" : "TERM orphans");
    }
    void perform(const action::leave& what, action_list&) { write(what.finish ? "finish" : "leave"); }
    void perform(const action::upgrade&, action_list&) { write("upgrade"); }
    void perform(const action::say& what, action_list&) {
        write(what.level == severity::info ? "info" : "said");
    }
};
} // namespace

TEST_CASE("a complete directory is started at once, a pair main first") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    CHECK(tree.took() == "start web");
    tree.see("mail", simulation::complete(2, true));
    CHECK(tree.took() == "start mail; start mail/log");
    CHECK(!tree.services.next_deadline());
    tree.see("web", simulation::complete(1));
    CHECK(tree.took() == "");
}

TEST_CASE("what is built in place is taken when it has been quiet for 100 ms") {
    simulation tree;
    tree.see("web", simulation::incomplete(1), false);
    CHECK(tree.took() == "watch web");
    CHECK(!tree.services.next_deadline());
    tree.feed(touched{"web"});
    CHECK(tree.took() == "watch all of web");
    tree.names["web"] = simulation::complete(1);
    for (int i = 0; i < 10; ++i) {
        tree.pass(99);
        CHECK(tree.took() == "");
        tree.feed(touched{"web"});
    }
    tree.pass(100);
    CHECK(tree.took() == "unwatch web; start web");
    CHECK(!tree.services.next_deadline());
}

TEST_CASE("a directory that is quiet and still incomplete is only watched") {
    simulation tree;
    tree.see("web", simulation::incomplete(1), false);
    tree.feed(touched{"web"});
    tree.pass(100);
    CHECK(tree.took() == "watch web; watch all of web; watch web");
    CHECK(!tree.services.next_deadline());
    tree.lose("web");
    CHECK(tree.took() == "unwatch web");
}

TEST_CASE("a name that disappears: dx, then EOF and x for its logger") {
    simulation tree;
    tree.see("web", simulation::complete(1, true));
    tree.took();
    tree.lose("web");
    CHECK(tree.took() == "dx web");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "eof web; x web/log");
    tree.end("web", ending::orderly, side::logger);
    CHECK(tree.took() == "release");
    CHECK(tree.services.count() == 0);
}

TEST_CASE("a name that comes back waits for the end of what it was") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.lose("web");
    tree.took();
    tree.see("web", simulation::complete(1));
    CHECK(tree.took() == "");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "release; start web");
    tree.lose("web");
    tree.see("web", simulation::complete(2));
    tree.lose("web");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "dx web; release");
}

TEST_CASE("a renamed directory waits for the end under its old name") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.took();
    tree.lose("web");
    tree.see("www", simulation::complete(1));
    CHECK(tree.took() == "dx web");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "release; start www");
}

TEST_CASE("a second name of one directory is said once and waits") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.see("www", simulation::complete(1));
    tree.see("www", simulation::complete(1));
    CHECK(tree.took() == "start web; said");
    tree.lose("web");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "dx web; release; start www");
}

TEST_CASE("a name that leads to another directory is another service") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.see("web", simulation::complete(2));
    CHECK(tree.took() == "start web; dx web");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "release; start web");
}

TEST_CASE("a full pass drops what it does not list; only prune drops a dangling link") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.see("mail", simulation::complete(2));
    tree.took();
    tree.feed(pass_began{false});
    tree.see("web", {sight_kind::dangling, {}, false});
    tree.feed(pass_ended{});
    CHECK(tree.took() == "dx mail");
    tree.feed(pass_began{true});
    tree.see("web", {sight_kind::dangling, {}, false});
    tree.feed(pass_ended{});
    CHECK(tree.took() == "dx web");
}

TEST_CASE("invalid names and dangling links are said once") {
    simulation tree;
    for (int i = 0; i < 3; ++i) {
        tree.feed(pass_began{false});
        tree.see("no good", simulation::complete(1));
        tree.see("dangling", {sight_kind::dangling, {}, false});
        tree.feed(pass_ended{});
    }
    CHECK(tree.took() == "said; said");
}

TEST_CASE("the most services there may be") {
    simulation tree(1);
    tree.see("web", simulation::complete(1));
    tree.see("mail", simulation::complete(2));
    tree.see("news", simulation::complete(3));
    CHECK(tree.took() == "start web; said");
    tree.lose("web");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "dx web; release; start mail");
}

TEST_CASE("a supervise that ends unasked is started again at once, after a short life later and later") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.took();
    tree.now += 1000;
    tree.end("web", ending::killed);
    CHECK(tree.took() == "said; start web");
    for (moment delay : {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000}) {
        tree.end("web", ending::killed);
        CHECK(tree.took() == "said");
        CHECK(tree.services.next_deadline() == tree.now + delay);
        tree.pass(delay - 1);
        CHECK(tree.took() == "");
        tree.pass(1);
        CHECK(tree.took() == "start web");
    }
    tree.now += 1000;
    tree.end("web", ending::killed);
    CHECK(tree.took() == "said; start web");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "info");
    CHECK(tree.services.next_deadline() == tree.now + 1000);
}

TEST_CASE("a start that fails is said once and tried again") {
    simulation tree;
    tree.starts_fail = true;
    tree.see("web", simulation::complete(1));
    CHECK(tree.took() == "start web; said");
    tree.pass(1000);
    CHECK(tree.took() == "start web");
    tree.starts_fail = false;
    tree.pass(2000);
    CHECK(tree.took() == "start web");
    CHECK(!tree.services.next_deadline());
}

TEST_CASE("a supervise killed while it is leaving is replaced, if its directory can be found") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.now += 5000;
    tree.lose("web");
    tree.took();
    tree.end("web", ending::killed);
    CHECK(tree.took() == "said; start web; dx web");
    tree.end("web", ending::killed, side::main, false);
    CHECK(tree.took() == "said; release");
}

TEST_CASE("a logger that dies is started again, also while its service is stopping") {
    simulation tree;
    tree.see("web", simulation::complete(1, true));
    tree.now += 5000;
    tree.took();
    tree.end("web", ending::killed, side::logger);
    CHECK(tree.took() == "said; start web/log");
    tree.lose("web");
    tree.now += 5000;
    tree.end("web", ending::orderly, side::logger);
    CHECK(tree.took() == "dx web; info; start web/log");
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "eof web; x web/log");
    tree.now += 5000;
    tree.end("web", ending::killed, side::logger);
    CHECK(tree.took() == "said; start web/log; x web/log");
    tree.end("web", ending::orderly, side::logger);
    CHECK(tree.took() == "release");
}

TEST_CASE("the stop: script, mains, loggers, the catch-all logger, orphans") {
    simulation tree;
    tree.see(".svscan/log", simulation::complete(9));
    tree.see("web", simulation::complete(1, true));
    tree.see("mail", simulation::complete(2));
    CHECK(tree.took() == "start .svscan/log; start web; start web/log; start mail");
    tree.feed(ordered{order::stop});
    CHECK(tree.took() == "stop script");
    tree.feed(stop_script_started{500});
    tree.see("late", simulation::complete(3));
    CHECK(tree.took() == "");
    tree.feed(stop_script_ended{});
    CHECK(tree.took() == "dx web; dx mail");
    CHECK(!tree.services.next_deadline());
    tree.end("mail", ending::orderly);
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "release; eof web; x web/log");
    tree.end("web", ending::orderly, side::logger);
    CHECK(tree.took() == "release; eof .svscan/log; x .svscan/log");
    tree.end(".svscan/log", ending::orderly);
    CHECK(tree.took() == "release; TERM orphans");
    tree.pass(5000);
    CHECK(tree.took() == "KILL orphans");
    tree.feed(no_children{});
    CHECK(tree.took() == "finish");
}

TEST_CASE("an empty tree stops at once") {
    simulation tree;
    tree.feed(ordered{order::stop});
    tree.feed(stop_script_ended{});
    CHECK(tree.took() == "stop script; TERM orphans");
    tree.feed(no_children{});
    CHECK(tree.took() == "finish");
}

TEST_CASE("the stop script has a limit, and a second order ends the patience") {
    for (bool again : {false, true}) {
        simulation tree;
        tree.see("web", simulation::complete(1));
        tree.feed(ordered{order::stop});
        tree.feed(stop_script_started{500});
        tree.took();
        if (again)
            tree.feed(ordered{order::stop});
        else
            tree.pass(500);
        CHECK(tree.took() == "said; kill stop script; dx web");
        tree.feed(stop_script_ended{});
        CHECK(tree.took() == "");
    }
}

TEST_CASE("services that the stop script stopped itself are not started again") {
    simulation tree;
    tree.see("web", simulation::complete(1, true));
    tree.see("mail", simulation::complete(2));
    tree.now += 5000;
    tree.feed(ordered{order::stop});
    tree.feed(stop_script_started{0});
    tree.took();
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "eof web; x web/log");
    tree.end("mail", ending::killed);
    CHECK(tree.took() == "said; start mail");
    tree.end("web", ending::orderly, side::logger);
    tree.feed(stop_script_ended{});
    CHECK(tree.took() == "release; dx mail");
}

TEST_CASE("quit does not wait for loggers") {
    simulation tree;
    tree.see("web", simulation::complete(1, true));
    tree.feed(ordered{order::quit});
    tree.feed(stop_script_ended{});
    tree.took();
    tree.end("web", ending::orderly);
    CHECK(tree.took() == "eof web; x web/log; finish");
}

TEST_CASE("a stop does not wait for a supervise that fails again and again") {
    simulation tree;
    tree.see("web", simulation::complete(1));
    tree.feed(ordered{order::stop});
    tree.feed(stop_script_ended{});
    tree.took();
    for (int i = 0; i < 3; ++i) {
        tree.end("web", ending::killed);
        tree.pass(4000);
    }
    tree.end("web", ending::killed);
    CHECK(tree.took() == "said; start web; dx web; said; start web; dx web; said; start web; dx web; said; "
                         "release; TERM orphans");
}

TEST_CASE("what is adopted is not started; what is missing of a pair is") {
    simulation tree;
    tree.feed(adopted{"web", {1, 1}, true, false, false, 50, 51});
    CHECK(tree.took() == "");
    tree.feed(adopted{"mail", {1, 2}, true, false, false, 0, 52});
    CHECK(tree.took() == "start mail");
    CHECK(tree.services.pid_of(tree.find("web", side::logger)) == 51);
    // handed over in the middle of a stop: the main is gone, the logger is to end
    tree.feed(adopted{"news", {1, 3}, true, false, true, 0, 53});
    CHECK(tree.took() == "eof news; x news/log");
}

TEST_CASE("orders") {
    simulation tree;
    tree.feed(ordered{order::rescan});
    tree.feed(ordered{order::prune});
    tree.feed(ordered{order::upgrade});
    tree.feed(ordered{order::stop});
    tree.feed(ordered{order::upgrade});
    tree.feed(ordered{order::rescan});
    tree.feed(ordered{order::leave});
    CHECK(tree.took() == "rescan; prune; upgrade; stop script; said; leave");
}
