// The graph: names, edges from both ends, cycles and contradictions.
#include "depengine/graph.hpp"
#include "tests/unit/tried_tree.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;
using reeve::tests::definitions;

TEST_CASE("every relation can be found by its name and its reverse, and by nothing else") {
    for (const relation_row& row : relation_table) {
        CHECK(find_relation(row.name)->which == row.which);
        CHECK(!find_relation(row.name)->reversed);
        if (!row.reverse.empty() && row.reverse != row.name) CHECK(find_relation(row.reverse)->reversed);
    }
    CHECK(!find_relation("require"));
    CHECK(!find_relation(""));
}

TEST_CASE("only five relations hold, and ordering ones never do") {
    CHECK(holding == set_of(relation::requires_other, relation::binds_to, relation::milestone,
                            relation::waits_for, relation::wants));
    CHECK((holding & set_of(relation::after, relation::part_of, relation::requisite, relation::conflicts)) ==
          0);
}

TEST_CASE("the same edge stated from both ends is one") {
    graph all(definitions("db required-by/web\nweb requires/db after/db\n"));
    REQUIRE(all.edge_count() == 1);
    const reeve::depengine::link& edge = all.out(all.find("web"))[0];
    CHECK(edge.what == set_of(relation::requires_other, relation::after));
    CHECK(all.in(all.find("db")).size() == 1);
    CHECK(origin_of(all, all.find("web"), edge, relation::requires_other) == "db/required-by/web");
    CHECK(origin_of(all, all.find("web"), edge, relation::after) == "web/after/db");
}

TEST_CASE("a name that nobody has is a node that is missing") {
    graph all(definitions("web requires/gone\nzed\n"));
    CHECK(all.size() == 3);
    CHECK(!all.exists(all.find("gone")));
    CHECK(all.find("nothing") == no_node);
    REQUIRE(all.problems().size() == 1);
    CHECK(all.problems()[0].file == "web/requires/gone");
}

TEST_CASE("what an incomplete directory says does not count") {
    graph all(definitions("half incomplete requires/db\ndb\n"));
    CHECK(all.edge_count() == 0);
}

TEST_CASE("on a cycle the edge that matters least loses its order, by name within a rank") {
    graph all(definitions("a after/b\nb waits-for/c\nc requires/a\n"));
    REQUIRE(all.cycles().size() == 1);
    CHECK(all.cycles()[0].from == all.find("a"));
    CHECK(all.cycles()[0].to == all.find("b"));
    CHECK(!all.out(all.find("a"))[0].ordered);
    CHECK(all.out(all.find("b"))[0].ordered);
    graph equal(definitions("y after/x\nx after/y\n"));
    CHECK(equal.name(equal.cycles().at(0).from) == "x");
}

TEST_CASE("trap: a ring of twenty is one cycle, as a path with the file") {
    std::string text;
    for (int i = 0; i < 20; ++i)
        text += "s" + std::to_string(10 + i) + " after/s" + std::to_string(10 + (i + 1) % 20) + "\n";
    graph all(definitions(text));
    REQUIRE(all.cycles().size() == 1);
    CHECK(all.cycles()[0].path.size() == 20);
    CHECK(all.problems().at(0).file == "s10/after/s11");
}

TEST_CASE("a cycle of needs alone makes its members unstartable, and nobody else") {
    graph all(definitions("a requires/b\nb requires/a\nc after/a\nd\n"));
    CHECK(all[all.find("a")].unstartable);
    CHECK(all[all.find("b")].unstartable);
    CHECK(!all[all.find("c")].unstartable);
    CHECK(all.cycles().at(0).from == no_node);
}

TEST_CASE("a long cycle of needs is not printed whole for each member") {
    std::string text;
    for (int i = 0; i < 2000; ++i)
        text +=
            "s" + std::to_string(10000 + i) + " requires/s" + std::to_string(10000 + (i + 1) % 2000) + "\n";
    graph all(definitions(text));
    CHECK(all.problems().size() == 2000);
    CHECK(all.problems()[0].text.size() < 400);
}

TEST_CASE("the graph depends on the definitions only, not on the order in which they are stated") {
    graph one(definitions("a after/b wants/c\nb after/c\nc after/a\n"));
    graph other(definitions("c after/a\nb after/c\na wants/c after/b\n"));
    CHECK(one.cycles() == other.cycles());
}

TEST_CASE("services that start each other when they fail: the first by name on the loop starts nothing") {
    graph all(definitions("b on-failure/c\nc on-failure/d\nd on-failure/b\nlone on-failure/b\n"));
    REQUIRE(all.problems().size() == 1);
    CHECK(all.problems()[0].file == "b/on-failure/c");
    CHECK(all.problems()[0].text == "goes round in a loop, b -> c -> d -> b: it starts nothing");
    CHECK(all.out(all.find("b"))[0].loops);
    CHECK(!all.out(all.find("c"))[0].loops);
    CHECK(!all.out(all.find("d"))[0].loops);
    CHECK(!all.out(all.find("lone"))[0].loops);
}

TEST_CASE("a failure that starts what needs the one that failed is a loop too; wants and orders are none") {
    graph all(definitions("db on-failure/repair\nrepair requires/disk\ndisk milestone/db\n"));
    REQUIRE(all.problems().size() == 1);
    CHECK(all.problems()[0].file == "db/on-failure/repair");
    CHECK(all.problems()[0].text == "goes round in a loop, db -> repair -> disk -> db: it starts nothing");
    graph fine(
        definitions("db on-failure/alarm\nalarm wants/db after/db\nweb requires/db on-failure/alarm\n"));
    CHECK(fine.problems().empty());
    CHECK(!fine.out(fine.find("db"))[0].loops);
}
