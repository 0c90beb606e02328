// Definitions as directories state them: all problems at once, and one service's problem is never another's.
#include "depengine/catalogue.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;
using reeve::chainload::failure;
using reeve::chainload::result;

namespace {
struct listed : definition_source {
    std::map<std::string, std::vector<std::string>> directories;
    std::map<std::string, std::string> files;
    std::map<std::string, int> broken;

    result<std::vector<std::string>> list(const std::string& directory) const override {
        if (auto found = broken.find(directory); found != broken.end()) return failure{found->second, "list"};
        auto found = directories.find(directory);
        if (found == directories.end()) return failure{ENOENT, "list"};
        return found->second;
    }
    result<std::string> read(const std::string& file, std::size_t) const override {
        auto found = files.find(file);
        if (found == files.end()) return failure{EACCES, "read"};
        return found->second;
    }
};
} // namespace

TEST_CASE("kind, flags and relations are read, and hidden entries left out") {
    listed disk;
    disk.directories = {{"", {"web", ".svscan"}},
                        {"web", {"run", "down", "persistent", "requires", "bound-by"}},
                        {"web/requires", {"redis", ".git", "db"}},
                        {"web/bound-by", {"side"}}};
    auto all = read_catalogue(disk);
    REQUIRE(all);
    REQUIRE(all->services.size() == 1);
    const definition& web = all->services["web"];
    CHECK((web.down && web.persistent && !web.essential));
    REQUIRE(web.edges.size() == 3);
    CHECK(web.edges[0] == stated_edge{relation::binds_to, true, "side"});
    CHECK(web.edges[1].other == "db");
    CHECK(all->problems.empty());
}

TEST_CASE("trap: names with a slash, dots or blanks are reported, not followed") {
    listed disk;
    disk.directories = {
        {"", {"web"}}, {"web", {"run", "requires"}}, {"web/requires", {"a/b", "-x", "a b", "web"}}};
    auto all = read_catalogue(disk);
    REQUIRE(all);
    CHECK(all->services["web"].edges.empty());
    CHECK(all->problems.size() == 4);
    disk.directories = {{"", {"..x", "a b", "-y"}}};
    CHECK(read_catalogue(disk)->services.empty());
    CHECK(read_catalogue(disk)->problems.size() == 2);
}

TEST_CASE("what cannot be read keeps its last good definition; what is gone is gone") {
    listed disk;
    disk.directories = {
        {"", {"web", "db"}}, {"web", {"run", "requires"}}, {"web/requires", {"db"}}, {"db", {"run"}}};
    auto before = read_catalogue(disk);
    disk.broken["web/requires"] = EIO;
    disk.directories.erase("db");
    auto after = read_catalogue(disk, &*before);
    REQUIRE(after);
    CHECK(after->services["web"] == before->services["web"]);
    CHECK(!after->services.contains("db"));
    CHECK(after->problems.size() == 1);
}

TEST_CASE("refuse: each line a verb; another word is reported with its line") {
    listed disk;
    disk.directories = {{"", {"web"}}, {"web", {"run", "refuse"}}};
    disk.files["web/refuse"] = " stop\n\nstopp\nrestart\n";
    auto all = read_catalogue(disk);
    CHECK((all->services["web"].refuse.stop && all->services["web"].refuse.restart));
    CHECK(!all->services["web"].refuse.start);
    REQUIRE(all->problems.size() == 1);
    CHECK(all->problems[0].text.substr(0, 7) == "line 3:");
}
