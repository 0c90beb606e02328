// The graph of services as text of three kinds.
#include "tools/svctl/graph_text.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

using namespace reeve::svctl;

namespace {
boost::json::object graph() {
    return boost::json::parse(R"({"nodes":[
        {"name":"all","kind":"target","phase":"done","critical":true},
        {"name":"db","kind":"process","phase":"failed","critical":true},
        {"name":"disk","kind":"missing","phase":"","critical":false},
        {"name":"web","kind":"process","phase":"down","critical":false}],
      "edges":[
        {"from":"all","to":"db","relations":["requires","after"],"ordered":true},
        {"from":"all","to":"web","relations":["wants"],"ordered":false},
        {"from":"db","to":"disk","relations":["waits-for"],"ordered":true},
        {"from":"web","to":"db","relations":["requires"],"ordered":true}],
      "cycles":[{"path":["a","b"],"from":"b","to":"a"},{"path":["c","d"],"from":null,"to":null},
        {"path":["e","f"],"from":"f","to":"e","cut":true}]})")
        .as_object();
}
const terminal plain{.colours = false, .interactive = false, .width = 0};
bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
} // namespace

TEST_CASE("the tree shows each service's needs once") {
    CHECK(graph_tree(graph(), true, plain) == "* all  done\n"
                                              "  * db  failed  requires, after\n"
                                              "    disk  missing  waits-for\n"
                                              "  web  down  wants\n"
                                              "    * db  failed  requires ^\n"
                                              "cycle: a -> b -> a; b -> a gives no order\n"
                                              "cycle: c -> d -> c: its members cannot start\n"
                                              "cycle: e -> f -> ... -> e; f -> e gives no order\n");
    CHECK(graph_tree({}, false, plain).empty());
}

TEST_CASE("what only a cycle leads to is shown too, and ends") {
    auto loop = boost::json::parse(R"({"nodes":[{"name":"a","kind":"process","phase":"down"},
        {"name":"b","kind":"process","phase":"down"}],"edges":[
        {"from":"a","to":"b","relations":["after"]},{"from":"b","to":"a","relations":["after"]},
        {"from":"a","to":"a","relations":["after"]}]})")
                    .as_object();
    CHECK(graph_tree(loop, false, plain) == "a  down\n"
                                            "  b  down  after\n"
                                            "    a  down  after ^\n"
                                            "  a  down  after ^\n");
}

TEST_CASE("a chain of a hundred thousand needs no stack") {
    std::string nodes, edges;
    for (int i = 0; i < 100'000; ++i) {
        std::string name = std::to_string(1'000'000 + i), next = std::to_string(1'000'001 + i);
        nodes += R"({"name":")" + name + R"(","kind":"process","phase":"down"},)";
        edges += R"({"from":")" + name + R"(","to":")" + next + R"(","relations":["after"]},)";
    }
    auto chain = boost::json::parse(R"({"nodes":[)" + nodes + R"({"name":"x"}],"edges":[)" + edges +
                                    R"({"from":"x","to":"x","relations":[]}]})")
                     .as_object();
    CHECK(graph_tree(chain, false, plain).size() < 20'000'000);
}

TEST_CASE("Graphviz: shapes are kinds, fills are phases, dashes are wishes") {
    std::string text = graph_dot(graph(), true);
    CHECK(has(text, R"("all" [label="all\ndone", fillcolor="#c8e6c9", shape=folder, penwidth=3];)"));
    CHECK(has(text, R"("db" [label="db\nfailed", fillcolor="#ffcdd2", penwidth=3];)"));
    CHECK(has(text, R"("disk" [label="disk\nmissing", fillcolor="#ffffff", style=dashed];)"));
    CHECK(has(text, R"("all" -> "db" [label="requires, after", penwidth=3];)"));
    CHECK(has(text, R"("all" -> "web" [label="wants", style=dashed];)"));
    CHECK_FALSE(has(graph_dot(graph(), false), "penwidth"));
}

TEST_CASE("Mermaid") {
    std::string text = graph_mermaid(graph(), false);
    CHECK(text.starts_with("flowchart LR\n  n0[\"all<br/>done\"]\n"));
    CHECK(has(text, "  n0 -->|requires, after| n1\n"));
    CHECK(has(text, "  n0 -.->|wants| n3\n"));
    CHECK(has(text, "  style n1 fill:#ffcdd2\n"));
}
