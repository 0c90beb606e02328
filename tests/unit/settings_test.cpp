// The table of settings and every parser in it, with values that are taken and values that are refused.
#include "supervise/settings.hpp"

#include <csignal>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <vector>

using namespace reeve::supervise;

namespace {
bool accepts(std::string_view name, std::string_view text, settings& into) {
    const setting* entry = find_setting(name);
    REQUIRE_MESSAGE(entry != nullptr, name);
    bool taken = entry->parse(text, into);
    CHECK((line_of_error(*entry, text) == 0) == taken);
    return taken;
}

settings with(std::string_view name, std::string_view text) {
    settings into;
    CHECK_MESSAGE(accepts(name, text, into), (std::string(name) + ": " + std::string(text)));
    return into;
}

void refuses(std::string_view name, std::vector<std::string_view> texts) {
    for (std::string_view text : texts) {
        settings into;
        CHECK_MESSAGE(!accepts(name, text, into), (std::string(name) + ": \"" + std::string(text) + "\""));
    }
}

unsigned line(std::string_view name, std::string_view text) {
    return line_of_error(*find_setting(name), text);
}
int exited(int code) {
    return code << 8;
}
} // namespace

TEST_CASE("the table names each setting once, values first, and says what may stand in them") {
    std::set<std::string_view> names;
    std::size_t at = 0;
    for (const setting& entry : known_settings()) {
        CHECK_MESSAGE(names.insert(entry.name).second, entry.name);
        CHECK_MESSAGE(!entry.help.empty(), entry.name);
        bool value = entry.kind == setting_kind::value;
        CHECK((at++ < value_settings) == value);
        CHECK((entry.parse != nullptr) == value);
        CHECK((entry.copy != nullptr) == value);
        CHECK(!entry.allowed.empty() == value);
        CHECK(find_setting(entry.name) == &entry);
        CHECK_MESSAGE(!always_free_name(entry.name), entry.name);
        CHECK(entry.name.data()[entry.name.size()] == '\0'); // the reader uses it as a path
    }
    CHECK(at == all_settings);
    CHECK(find_setting("no-such") == nullptr);
}

TEST_CASE("every file that the contract names is in the table") {
    for (std::string_view name : {"run",
                                  "start",
                                  "stop",
                                  "target",
                                  "early",
                                  "finish",
                                  "timeout-finish",
                                  "down",
                                  "log",
                                  "check",
                                  "check-interval",
                                  "notification-fd",
                                  "notify",
                                  "forking",
                                  "timeout-up",
                                  "down-signal",
                                  "timeout-kill",
                                  "stop-steps",
                                  "kill-mode",
                                  "leftovers",
                                  "restart",
                                  "restart-delay",
                                  "max-death-tally",
                                  "success-exit",
                                  "condition",
                                  "health",
                                  "health-interval",
                                  "health-timeout",
                                  "health-failures",
                                  "watchdog",
                                  "reload",
                                  "control",
                                  "fd-store-max",
                                  "cgroup",
                                  "limit-log-wait",
                                  "requires",
                                  "binds-to",
                                  "milestone",
                                  "waits-for",
                                  "wants",
                                  "requisite",
                                  "after",
                                  "before",
                                  "conflicts",
                                  "part-of",
                                  "reload-with",
                                  "on-failure",
                                  "on-success",
                                  "required-by",
                                  "bound-by",
                                  "milestone-of",
                                  "waited-by",
                                  "wanted-by",
                                  "includes",
                                  "persistent",
                                  "essential",
                                  "keep-on-isolate",
                                  "refuse"})
        CHECK_MESSAGE(find_setting(name) != nullptr, name);
}

TEST_CASE("the default that the table shows is the default that is in force") {
    for (const setting& entry : known_settings()) {
        if (entry.kind != setting_kind::value || entry.otherwise.empty()) continue;
        settings read, fresh;
        CHECK_MESSAGE(entry.parse(entry.otherwise, read), entry.name);
        // All other fields are the default in both, so one comparison of the texts that matter is enough.
        CHECK(read.timeout_up == fresh.timeout_up);
        CHECK(read.timeout_finish == fresh.timeout_finish);
        CHECK(read.timeout_kill == fresh.timeout_kill);
        CHECK(read.down_signal == fresh.down_signal);
        CHECK(read.kill_mode == fresh.kill_mode);
        CHECK(read.keep_leftovers == fresh.keep_leftovers);
        CHECK(read.restart == fresh.restart);
        CHECK(read.restart_delay == fresh.restart_delay);
        CHECK(read.max_death_tally == fresh.max_death_tally);
        CHECK(read.success_codes == fresh.success_codes);
        CHECK(read.check_interval == fresh.check_interval);
        CHECK(read.health_interval == fresh.health_interval);
        CHECK(read.health_timeout == fresh.health_timeout);
        CHECK(read.health_failures == fresh.health_failures);
        CHECK(read.watchdog == fresh.watchdog);
        CHECK(read.fd_store_max == fresh.fd_store_max);
        CHECK(read.limit_log_wait == fresh.limit_log_wait);
    }
}

TEST_CASE("durations: decimal, surrounding blanks and one newline, within the range") {
    CHECK(with("timeout-kill", "0").timeout_kill == 0);
    CHECK(with("timeout-kill", " \t1500 \t\n").timeout_kill == 1500);
    CHECK(with("timeout-kill", "1000000000000").timeout_kill == 1'000'000'000'000);
    CHECK(with("timeout-up", "20\n").timeout_up == 20);
    CHECK(with("timeout-finish", "0\n").timeout_finish == 0);
    CHECK(with("watchdog", "3000").watchdog == 3000);
    CHECK(with("limit-log-wait", "1").limit_log_wait == 1);
    CHECK(with("check-interval", "1").check_interval == 1);
    CHECK(with("health-interval", "1").health_interval == 1);
    CHECK(with("health-timeout", "1").health_timeout == 1);
    for (std::string_view name : {"timeout-kill", "timeout-up", "timeout-finish", "watchdog",
                                  "limit-log-wait", "check-interval", "health-interval", "health-timeout"})
        refuses(name, {"", "\n", " ", "-1", "+1", "1s", "1 000", "0x10", "1.5", "1\n\n", "1\r\n",
                       "1000000000001", "18446744073709551616", "infinity", "1\n2"});
    for (std::string_view name : {"check-interval", "health-interval", "health-timeout"})
        refuses(name, {"0"});
}

TEST_CASE("counts and descriptors") {
    CHECK(with("notification-fd", "3\n").notification_fd == 3);
    CHECK(with("notification-fd", "1048575").notification_fd == 1048575);
    refuses("notification-fd", {"", "0", "1", "2", "1048576", "three"});
    CHECK(with("health-failures", "1").health_failures == 1);
    refuses("health-failures", {"", "0", "1000001"});
    CHECK(with("fd-store-max", "64").fd_store_max == 64);
    refuses("fd-store-max", {"", "65", "-1"});
}

TEST_CASE("words") {
    CHECK(with("kill-mode", "main\n").kill_mode == kill_mode::main);
    CHECK(with("kill-mode", "group").kill_mode == kill_mode::group);
    CHECK(with("kill-mode", " tree ").kill_mode == kill_mode::tree);
    CHECK(with("leftovers", "keep\n").keep_leftovers);
    CHECK(!with("leftovers", "kill\n").keep_leftovers);
    CHECK(with("restart", "on-failure\n").restart == restart_policy::on_failure);
    CHECK(with("restart", "never").restart == restart_policy::never);
    CHECK(with("restart", "always").restart == restart_policy::always);
    for (std::string_view name : {"kill-mode", "leftovers", "restart"})
        refuses(name, {"", "\n", "Main", "no", "main group", "keep\n\n", "always\nnever"});
}

TEST_CASE("signals") {
    CHECK(with("down-signal", "INT\n").down_signal == SIGINT);
    CHECK(with("down-signal", "SIGQUIT").down_signal == SIGQUIT);
    CHECK(with("down-signal", "1").down_signal == SIGHUP);
    refuses("down-signal", {"", "0", "65", "int", "INT TERM", "INT\n\n"});
}

TEST_CASE("a ladder of 1 to 8 steps") {
    settings read = with("stop-steps", "INT 1000\n SIGTERM\t5000 \n9 0\n");
    REQUIRE(read.stop_step_count == 3);
    CHECK(read.stop_steps[0] == stop_step{SIGINT, 1000});
    CHECK(read.stop_steps[1] == stop_step{SIGTERM, 5000});
    CHECK(read.stop_steps[2] == stop_step{SIGKILL, 0});
    std::string eight;
    for (int i = 0; i < 8; ++i) eight += "TERM 1\n";
    CHECK(with("stop-steps", eight).stop_step_count == 8);
    refuses("stop-steps", {"", "\n", "TERM", "TERM 1 2", "TERM -1", "FOO 1", "TERM 1\n\nTERM 2", "TERM 1\n\n",
                           eight + "TERM 1\n", "TERM 1000000000001"});
    CHECK(line("stop-steps", "TERM 1\nFOO 2\nTERM 3\n") == 2);
    CHECK(line("stop-steps", "TERM 1\nTERM 2\nTERM") == 3);
    CHECK(line("stop-steps", eight + "TERM 1\n") == 9);
    CHECK(line("stop-steps", "TERM 1\n\nTERM 2") == 2);
    CHECK(line("stop-steps", "") == 1);
    CHECK(line("timeout-kill", "x\n") == 1);
    CHECK(line("timeout-kill", "1\nx\n") == 2);
}

TEST_CASE("backoff") {
    CHECK(with("restart-delay", "10 3 500\n").restart_delay == backoff_rule{10, 3, 500});
    CHECK(with("restart-delay", "  1\t1  1 \n").restart_delay == backoff_rule{1, 1, 1});
    refuses("restart-delay", {"", "10", "10 3", "10 3 500 1", "0 1 5", "10 0 500", "500 2 10", "10 1001 500",
                              "10 -3 500", "10 1.5 500", "10\n3\n500"});
}

TEST_CASE("death tally: COUNT SECONDS, and s6's lone COUNT is no limit") {
    CHECK(with("max-death-tally", "5 60\n").max_death_tally == tally_rule{5, 60});
    CHECK(with("max-death-tally", "0 0").max_death_tally == tally_rule{});
    CHECK(with("max-death-tally", "0 60").max_death_tally == tally_rule{});
    CHECK(with("max-death-tally", "100\n").max_death_tally == tally_rule{});
    refuses("max-death-tally", {"", "5 0", "4097 60", "5 60 1", "-5 60", "five", "5 1000000001"});
}

TEST_CASE("ends that count as success") {
    settings read = with("success-exit", "3 255\tTERM SIGUSR1\n");
    CHECK(read.success_codes.has(0));
    CHECK(read.success_codes.has(3));
    CHECK(read.success_codes.has(255));
    CHECK(!read.success_codes.has(15));
    CHECK(read.success_signals.has(SIGTERM));
    CHECK(read.success_signals.has(SIGUSR1));
    CHECK(!read.success_signals.has(3));
    CHECK(with("success-exit", " 1 ").success_codes.has(1));
    refuses("success-exit", {"", "\n", "256", "-1", "0,1", "TERM,INT", "term", "1\n2", "1 x"});
}

TEST_CASE("forking: nothing, or the path of a pid file") {
    settings plain = with("forking", "");
    CHECK(plain.forking);
    CHECK(plain.pid_file.view().empty());
    CHECK(with("forking", "\n").pid_file.view().empty());
    CHECK(with("forking", " /run/my daemon.pid \n").pid_file.view() == "/run/my daemon.pid");
    CHECK(with("forking", std::string(255, 'x')).pid_file.view().size() == 255);
    refuses("forking", {std::string(256, 'x'), "a\nb", std::string_view("a\0b", 3), "a\r\n"});
}

TEST_CASE("a refused value leaves the last good one") {
    settings now;
    REQUIRE(accepts("timeout-kill", "77", now));
    CHECK(!accepts("timeout-kill", "x", now));
    CHECK(now.timeout_kill == 77);
    REQUIRE(accepts("stop-steps", "INT 5\n", now));
    CHECK(!accepts("stop-steps", "TERM 1\nx\n", now));
    CHECK(now.stop_steps[0] == stop_step{SIGINT, 5});
    CHECK(now.stop_step_count == 1);
    REQUIRE(accepts("forking", "a.pid", now));
    find_setting("forking")->copy(settings{}, now);
    CHECK(!now.forking);
    CHECK(now.pid_file.view().empty());
}

TEST_CASE("what kind of service a directory is") {
    settings now;
    CHECK(kind_of(now) == service_kind::incomplete);
    now.has_target = true;
    CHECK(kind_of(now) == service_kind::target);
    now.has_start = true;
    CHECK(kind_of(now) == service_kind::oneshot);
    now.has_run = true;
    CHECK(kind_of(now) == service_kind::process);
}

TEST_CASE("which ends are failures") {
    settings rules;
    rules.kind = service_kind::process;
    CHECK(is_success(rules, exited(0)));
    CHECK(is_failure(rules, exited(1)));
    CHECK(is_failure(rules, exited(255)));
    for (int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE}) CHECK(is_success(rules, signal));
    for (int signal : {SIGKILL, SIGSEGV, SIGABRT, SIGABRT | 0x80, SIGUSR1, SIGQUIT})
        CHECK(is_failure(rules, signal));
    CHECK(is_failure(rules, 0x137f)); // stopped is no end
    rules.success_codes.add(1);
    rules.success_signals.add(SIGUSR1);
    CHECK(is_success(rules, exited(1)));
    CHECK(is_success(rules, SIGUSR1));
    // A oneshot that was cut short has not done its work.
    rules.kind = service_kind::oneshot;
    CHECK(is_success(rules, exited(0)));
    CHECK(is_failure(rules, SIGTERM));
    CHECK(is_success(rules, SIGUSR1));
}

TEST_CASE("names that are always free") {
    for (std::string_view free :
         {"data", "env", "conf", "supervise", "README", "README.txt", "notes.md", "root", "tcp.cdb", ".git",
          ".meta", "run~", "#run#", "run.bak", "run.orig", ".run.swp"})
        CHECK_MESSAGE(always_free_name(free), free);
    for (std::string_view taken : {"run", "runn", "datas", "readme", "md", ""})
        CHECK_MESSAGE(!always_free_name(taken), taken);
}

TEST_CASE("did you mean") {
    auto nearest = [](std::string_view name) { return std::string(nearest_setting(name).value_or("-")); };
    CHECK(nearest("timeout_kill") == "timeout-kill");
    CHECK(nearest("Timeout.Kill") == "timeout-kill");
    CHECK(nearest("requries") == "requires");
    CHECK(nearest("require") == "requires");
    CHECK(nearest("timout-up") == "timeout-up");
    CHECK(nearest("finsih") == "finish");
    CHECK(nearest("rnu") == "run");
    CHECK(nearest("waitsfor") == "waits-for");
    CHECK(nearest("restart_dealy") == "restart-delay");
    CHECK(nearest("finish") == "finish");
    for (std::string_view far : {"", "x", "dependencies", "www", "something-else-entirely-and-long"})
        CHECK_MESSAGE(nearest(far) == "-", far);
}
