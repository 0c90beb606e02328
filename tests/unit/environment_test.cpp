#include "chainload/helpers/environment.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reeve::chainload::environment;

namespace {
// The entries, each followed by a blank.
std::string all(const environment& variables) {
    std::string text;
    for (char* const* entry = variables.list(); *entry != nullptr; ++entry) text += std::string(*entry) + ' ';
    return text;
}

struct inherited {
    explicit inherited(std::vector<std::string> texts)
        : texts_(std::move(texts)) {
        for (auto& text : texts_) entries.push_back(text.data());
        entries.push_back(nullptr);
    }
    std::vector<std::string> texts_;
    std::vector<char*> entries;
};
} // namespace

TEST_CASE("an environment that nobody changes is the inherited one") {
    inherited old({"A=1", "B="});
    environment variables(old.entries.data());
    CHECK(variables.list() == old.entries.data());
    CHECK(variables.get("A") == std::string("1"));
    CHECK(variables.get("B") == std::string());
    CHECK(variables.get("AB") == nullptr);
    CHECK(variables.get("") == nullptr);
    CHECK(variables.unset("C"));
    CHECK(variables.list() == old.entries.data());
}

TEST_CASE("a changed variable comes last, and once") {
    inherited old({"A=1", "B=2", "A=3", "AB=4"});
    environment variables(old.entries.data());
    REQUIRE(variables.set("A", "5"));
    CHECK(all(variables) == "B=2 AB=4 A=5 ");
    REQUIRE(variables.set("B", ""));
    CHECK(all(variables) == "AB=4 A=5 B= ");
    CHECK(old.entries[0] == std::string("A=1"));
}

TEST_CASE("removing") {
    inherited old({"A=1", "B=2", "A=3"});
    environment variables(old.entries.data());
    REQUIRE(variables.unset("A"));
    CHECK(all(variables) == "B=2 ");
    REQUIRE(variables.retain([](std::string_view) { return false; }));
    CHECK(all(variables).empty());
    REQUIRE(variables.set("C", "3"));
    CHECK(all(variables) == "C=3 ");
}

TEST_CASE("a name is compared whole, and an entry without = is a name") {
    inherited old({"odd", "ODD=1"});
    environment variables(old.entries.data());
    CHECK(variables.get("odd") == nullptr);
    REQUIRE(variables.retain([](std::string_view name) { return name == "odd"; }));
    CHECK(all(variables) == "odd ");
}

TEST_CASE("it grows, and values stay valid while it does") {
    inherited old({});
    environment variables(old.entries.data());
    REQUIRE(variables.set("FIRST", std::string(200'000, 'x')));
    const char* first = variables.get("FIRST");
    for (int i = 0; i < 2000; ++i) {
        std::string number = std::to_string(i), name = "V";
        REQUIRE(variables.set(name += number, number));
    }
    CHECK(variables.get("V1999") == std::string("1999"));
    CHECK(variables.get("FIRST") == first);
    CHECK(std::string(first).size() == 200'000);
}
