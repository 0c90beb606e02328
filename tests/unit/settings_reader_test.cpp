#include "supervise/settings_reader.hpp"

#include "chainload/clock.hpp"
#include "tests/unit/scratch.hpp"

#include <doctest/doctest.h>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace reeve::supervise;
using reeve::tests::scratch;

namespace {
// A directory, its reader, and the problems of the last refresh as "FILE:LINE: TEXT; HINT".
struct reading {
    scratch dir;
    settings now;
    settings_reader reader{dir.fd()};
    std::vector<std::string> problems;

    bool refresh() {
        problems.clear();
        return reader.refresh(
            now,
            [](void* to, const setting_problem& found) {
                static_cast<reading*>(to)->problems.push_back(
                    std::string(found.file) + ":" + std::to_string(found.line) + ": " +
                    std::string(found.text) + "; " + std::string(found.hint));
            },
            this);
    }
    // Refreshes until the reader is sure of what it read, as it is once the last change is some moments old.
    void settle() {
        auto deadline = reeve::chainload::monotonic_ms() + 10'000;
        std::vector<std::string> all;
        while (refresh()) {
            all.insert(all.end(), problems.begin(), problems.end());
            REQUIRE(reeve::chainload::monotonic_ms() < deadline);
        }
        problems = all;
    }
    bool reported(std::string_view beginning) const {
        for (const auto& line : problems)
            if (line.starts_with(beginning)) return true;
        return false;
    }
};
} // namespace

TEST_CASE("an empty directory is an incomplete service with the defaults") {
    reading service;
    CHECK(service.refresh());
    CHECK(service.problems.empty());
    CHECK(service.now.kind == service_kind::incomplete);
    CHECK(service.now.timeout_kill == 30000);
    CHECK(!service.now.has_relations);
}

TEST_CASE("what is there is seen: programs, flags, directories, values") {
    reading service;
    for (const char* name :
         {"run", "finish", "stop", "check", "health", "condition", "reload", "down", "early", "notify"})
        service.dir.write(name);
    service.dir.write("forking", "x.pid\n");
    service.dir.write("timeout-kill", "250\n");
    for (const char* name : {"log", "cgroup", "wants", "control"}) service.dir.make_directory(name);
    for (const char* name : {"t", "d", "tt", "?", "U~"}) service.dir.write(std::string("control/") + name);
    CHECK(service.refresh());
    CHECK(service.problems.empty());
    const settings& now = service.now;
    CHECK(now.kind == service_kind::process);
    CHECK((now.has_finish && now.has_stop && now.has_check && now.has_health && now.has_condition &&
           now.has_reload));
    CHECK((now.down && now.early && now.notify && now.forking && now.has_log && now.has_cgroup &&
           now.has_relations));
    CHECK(now.pid_file.view() == "x.pid");
    CHECK(now.timeout_kill == 250);
    CHECK(now.control_hooks.has('t'));
    CHECK(now.control_hooks.has('d'));
    CHECK(!now.control_hooks.has('?'));
    CHECK(!now.control_hooks.has('U'));
}

TEST_CASE("nothing is read again while nothing changes") {
    reading service;
    service.dir.write("run");
    service.dir.write("timeout-kill", "x");
    service.dir.make_directory("control");
    service.settle();
    for (int round = 0; round < 3; ++round) CHECK(!service.refresh());
}

TEST_CASE("changes are seen: in place, by rename, in control/, and files that come and go") {
    reading service;
    service.dir.write("start");
    service.dir.write("timeout-kill", "100");
    service.dir.make_directory("control");
    service.settle();
    CHECK(service.now.kind == service_kind::oneshot);

    service.dir.write("timeout-kill", "200"); // the same size, the same inode
    CHECK(service.refresh());
    CHECK(service.now.timeout_kill == 200);
    service.dir.write("timeout-kill", "300"); // perhaps within one tick of the file system's clock
    CHECK(service.refresh());
    CHECK(service.now.timeout_kill == 300);
    service.settle();

    service.dir.write("new", "400");
    std::filesystem::rename(service.dir.path("new"), service.dir.path("timeout-kill"));
    CHECK(service.refresh());
    CHECK(service.now.timeout_kill == 400);
    service.settle();

    service.dir.write("control/h");
    CHECK(service.refresh());
    CHECK(service.now.control_hooks.has('h'));
    service.settle();
    service.dir.remove("control");
    CHECK(service.refresh());
    CHECK(!service.now.control_hooks.has('h'));

    service.dir.remove("timeout-kill");
    service.dir.remove("start");
    service.dir.write("target");
    CHECK(service.refresh());
    CHECK(service.now.timeout_kill == 30000);
    CHECK(service.now.kind == service_kind::target);

    service.dir.write("forking", "p");
    service.dir.write("down");
    CHECK(service.refresh());
    CHECK((service.now.forking && service.now.down));
    service.dir.remove("forking");
    service.dir.remove("down");
    CHECK(service.refresh());
    CHECK((!service.now.forking && !service.now.down));
    CHECK(service.now.pid_file.view().empty());
}

TEST_CASE("bad content is reported once, with file, line and what is allowed; the last good value stays") {
    reading service;
    service.dir.write("stop-steps", "INT 10\n");
    service.settle();
    service.dir.write("stop-steps", "INT 10\nTERM soon\n");
    service.settle();
    REQUIRE(service.problems.size() == 1);
    CHECK(service.problems[0] == "stop-steps:2: bad content \"TERM soon\"; allowed: 1 to 8 lines \"SIGNAL "
                                 "MILLISECONDS\"; the last good value stays in force");
    CHECK(service.now.stop_step_count == 1);
    // A change elsewhere does not repeat it.
    service.dir.write("down");
    service.settle();
    CHECK(service.problems.empty());
    // Another bad content is a new problem.
    service.dir.write("stop-steps", "NONE 1\n");
    service.settle();
    CHECK(service.reported("stop-steps:1: bad content \"NONE 1\""));
    // So is the same one after a good one.
    service.dir.write("stop-steps", "TERM 1\nKILL 2\n");
    service.settle();
    CHECK(service.problems.empty());
    CHECK(service.now.stop_step_count == 2);
    service.dir.write("stop-steps", "NONE 1\n");
    service.settle();
    CHECK(service.problems.size() == 1);
}

TEST_CASE("at first load a bad value is the default") {
    reading service;
    service.dir.write("timeout-kill", "30s");
    service.dir.write("restart", "");
    service.dir.write("down-signal", "TERM\r\n");
    service.refresh();
    CHECK(service.now.timeout_kill == 30000);
    CHECK(service.reported("timeout-kill:1: bad content \"30s\"; allowed: a number of milliseconds"));
    CHECK(service.reported("restart:1: is empty; allowed: always, on-failure or never"));
    CHECK(service.reported("down-signal:1: bad content \"TERM?\" (the line ends in CR)"));
}

TEST_CASE("what is no file, or cannot be read, is an error and never absent") {
    reading service;
    service.dir.make_directory("timeout-kill");
    service.dir.make_directory("run");
    service.dir.write("log");
    service.dir.write("wants");
    ::mkfifo(service.dir.path("watchdog").c_str(), 0600);
    std::filesystem::create_symlink("nowhere", service.dir.path("restart"));
    std::filesystem::create_symlink("nowhere", service.dir.path("check"));
    service.dir.write("success-exit", std::string(2000, '1'));
    service.refresh();
    CHECK(service.reported("timeout-kill:0: is a directory; allowed: a number"));
    CHECK(service.reported("run:0: is a directory; allowed: an executable file"));
    CHECK(service.reported("log:0: is not a directory"));
    CHECK(service.reported("wants:0: is not a directory"));
    CHECK(service.reported("watchdog:0: is not a regular file"));
    CHECK(service.reported("restart:0: unable to read it: file does not exist"));
    CHECK(service.reported("success-exit:0: is too long"));
    CHECK(service.problems.size() == 7);
    CHECK(service.now.kind == service_kind::incomplete);
    CHECK(!service.now.has_log);
    CHECK(!service.now.has_relations);
    CHECK(service.now.has_check); // its exec will fail and say why
    service.settle();
    CHECK(service.problems.empty());
    service.dir.write("nowhere", "never\n");
    service.settle();
    CHECK(service.now.restart == restart_policy::never);
}

TEST_CASE("a file without permission is an error, and is read once it may be") {
    if (::geteuid() == 0) {
        MESSAGE("skipped: root may read everything");
        return;
    }
    reading service;
    service.dir.write("timeout-kill", "5");
    ::chmod(service.dir.path("timeout-kill").c_str(), 0);
    service.settle();
    CHECK(service.reported("timeout-kill:0: unable to open it: access denied"));
    ::chmod(service.dir.path("timeout-kill").c_str(), 0600);
    CHECK(service.refresh());
    CHECK(service.now.timeout_kill == 5);
}

TEST_CASE("symlinks to directories and files count as what they point to") {
    reading service;
    service.dir.make_directory(".real/log");
    service.dir.write(".real/value", "9");
    std::filesystem::create_symlink(".real/log", service.dir.path("log"));
    std::filesystem::create_symlink(".real/log", service.dir.path("requires"));
    std::filesystem::create_symlink(".real/value", service.dir.path("timeout-up"));
    service.settle();
    CHECK(service.problems.empty());
    CHECK((service.now.has_log && service.now.has_relations));
    CHECK(service.now.timeout_up == 9);
    service.dir.write(".real/value", "8");
    CHECK(service.refresh());
    CHECK(service.now.timeout_up == 8);
}

TEST_CASE("more than one kind of service is reported once, and run wins") {
    reading service;
    service.dir.write("run");
    service.dir.write("start");
    service.settle();
    REQUIRE(service.problems.size() == 1);
    CHECK(service.reported("run:0: there is more than one of run, start and target"));
    CHECK(service.now.kind == service_kind::process);
    service.dir.remove("run");
    service.settle();
    CHECK(service.problems.empty());
    CHECK(service.now.kind == service_kind::oneshot);
}

TEST_CASE("a directory that is gone leaves the settings as they were") {
    reading service;
    service.dir.write("run");
    service.dir.write("timeout-kill", "5");
    service.settle();
    service.dir.remove("");
    CHECK(!service.refresh());
    CHECK(service.problems.empty()); // whoever removed it knows
    CHECK(service.now.kind == service_kind::process);
    CHECK(service.now.timeout_kill == 5);
}
