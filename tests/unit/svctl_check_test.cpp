// svctl check on small trees, and the settings that status lists.
#include "tools/svctl/definition_check.hpp"
#include "tools/svctl/relations.hpp"
#include "tools/svctl/setting_listing.hpp"

#include "supervise/settings.hpp"
#include "tests/unit/scratch.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace reeve::svctl;
using reeve::tests::scratch;

namespace {
std::string check(const scratch& dir, const std::string& name) {
    std::string text;
    for (const diagnostic& one : check_service(scan_directory(dir.path()), name))
        text += diagnostic_text(one) + "\n";
    return text;
}
bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
} // namespace

TEST_CASE("a good service has no problems") {
    scratch dir;
    dir.script("web/run", "#!/bin/sh\nexec sleep 1\n");
    dir.script("web/log/run", "#!/bin/sh\nexec multilog t ./main\n");
    dir.script("db/run", "#!/bin/sh\n");
    dir.write("web/timeout-kill", "5000\n");
    dir.write("web/requires/db");
    dir.write("web/README.md");
    dir.write("web/data/anything");
    dir.script("web/control/t", "#!/bin/sh\n");
    dir.make_directory("web/supervise");
    CHECK(check(dir, "web").empty());
    CHECK(check(dir, "web/log").empty());
}

TEST_CASE("every kind of problem is reported, all at once") {
    scratch dir;
    dir.write("web/run", "#!/bin/sh\n");               // not executable
    dir.script("web/finish", "#!/bin/sh\r\necho\r\n"); // DOS line ends
    dir.script("web/check", "#!/no/such/interpreter\n");
    dir.script("web/health", "echo no first line\n");
    dir.write("web/timeout-kil", "1");
    dir.write("web/stop-steps", "TERM 100\nKIL 5\n");
    dir.write("web/requires/databse");
    dir.write("web/requires/web");
    dir.write("web/wants/no name");
    dir.script("web/control/Z", "#!/bin/sh\n");
    dir.write("web/refuse", "stop\nstopp\n");
    dir.script("database/run", "#!/bin/sh\n");
    std::string text = check(dir, "web");
    CAPTURE(text);
    CHECK(has(text, "web/run: not executable"));
    CHECK(has(text, "web/finish: its lines end in CR LF"));
    CHECK(has(text, "web/check: its interpreter /no/such/interpreter does not exist"));
    CHECK(has(text, "web/health: neither a program"));
    CHECK(has(text, "web/timeout-kil: is not a setting (did you mean timeout-kill?)"));
    CHECK(has(text, "web/stop-steps:2: "));
    CHECK(has(text, "web/requires/databse: there is no such service (did you mean database?)"));
    CHECK(has(text, "web/requires/web: is a relation of the service to itself"));
    CHECK(has(text, "web/wants/no name: is no name for a service"));
    CHECK(has(text, "web/control/Z: is no control letter"));
    CHECK(has(text, "web/refuse:2: \"stopp\""));
    CHECK(std::count(text.begin(), text.end(), '\n') == 11);
}

TEST_CASE("a directory that is no service, and names that svscan passes over") {
    scratch dir;
    dir.write("empty/README");
    dir.make_directory("not a name");
    CHECK(has(check(dir, "empty"), "empty: holds none of run, start and target"));
    auto names = check_names(scan_directory(dir.path()));
    REQUIRE(names.size() == 1);
    CHECK(names[0].service == "not a name");
}

TEST_CASE("relations are seen from both ends") {
    scratch dir;
    for (const char* name : {"db", "web", "net", "group"})
        dir.script(std::string(name) + "/run", "#!/bin/sh\n");
    dir.write("web/requires/db");
    dir.write("web/after/gone");
    dir.write("net/required-by/web");
    dir.write("group/includes/web");
    std::string text;
    for (const relation_edge& edge : relations_of(scan_directory(dir.path()), "web"))
        text +=
            edge.relation + " " + edge.other + " " + edge.origin + (edge.other_exists ? "\n" : " missing\n");
    CHECK(text == "requires db web/requires/db\nafter gone web/after/gone missing\n"
                  "part-of group group/includes/web\nrequires net net/required-by/web\n");
    auto of_db = relations_of(scan_directory(dir.path()), "db");
    REQUIRE(of_db.size() == 1);
    CHECK(of_db[0].relation == "required-by");
}

TEST_CASE("every relation of the settings' table has a word for the other end, and the other way round") {
    std::size_t relations = 0;
    for (const auto& entry : reeve::supervise::known_settings()) {
        if (entry.kind != reeve::supervise::setting_kind::relation) continue;
        ++relations;
        CHECK_MESSAGE(find_relation(entry.name) != nullptr, entry.name);
    }
    CHECK(relations == relation_words().size());
    for (const relation_word& word : relation_words()) {
        const relation_word* back = find_relation(word.from_other_end);
        if (back) CHECK(back->from_other_end == word.name);
    }
}

TEST_CASE("only settings that differ are listed") {
    scratch dir;
    dir.write("timeout-kill", "30000\n"); // the default
    dir.write("restart", "never\n");
    dir.write("down-signal", "nonsense\n");
    dir.write("stop-steps", "TERM 5\nKILL 0\n");
    dir.write("down");
    dir.script("finish", "#!/bin/sh\n");
    dir.script("run", "#!/bin/sh\n");
    std::string text;
    for (const listed_setting& one : settings_that_differ(dir.fd()))
        text += one.name + "=" + one.value + (one.valid ? ";" : " invalid;");
    CHECK(text == "down-signal=nonsense invalid;stop-steps=TERM 5, KILL 0;restart=never;finish=;down=;");
}
