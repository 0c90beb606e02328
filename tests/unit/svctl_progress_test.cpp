// What svctl shows while a request is carried out, from lines of the engine: on a terminal, and elsewhere.
#include "tools/svctl/progress.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

using namespace reeve::svctl;

namespace {
boost::json::object line(std::string_view text) {
    return boost::json::parse(text).as_object();
}
constexpr std::string_view plan = R"({"hash":"00ff","steps":[
    {"service":"db","letter":"u","wave":0,"why":"web requires it"},
    {"service":"web","letter":"d","wave":0,"why":"asked for"},
    {"service":"web","letter":"u","wave":1,"why":"asked for"}],
    "held":[{"service":"app","text":"needs disk, which is missing"}],"notes":["old is no longer asked for"]})";

boost::json::object event(std::string_view service, std::string_view phase, std::string_view waits = "",
                          std::string_view why = "start-order") {
    boost::json::object made{
        {"service", service}, {"phase", phase}, {"waits_for", nullptr}, {"end", nullptr}};
    if (!waits.empty()) made["waits_for"] = {{"why", why}, {"text", waits}};
    return made;
}
const terminal plain{.colours = false, .interactive = false, .width = 0};
const terminal screen{.colours = false, .interactive = true, .width = 40};
} // namespace

TEST_CASE("a plan is a table of steps, waves apart") {
    CHECK(plan_text(line(plan), plain) == "start   db   web requires it\n"
                                          "stop    web  asked for\n"
                                          "\n"
                                          "start   web  asked for\n"
                                          "held    app  needs disk, which is missing\n"
                                          "note    old is no longer asked for\n"
                                          "hash    00ff\n");
    CHECK(steps_text(line(plan), plain).find("hash") == std::string::npos);
    CHECK(steps_text(line(R"({"hash":"00ff","steps":[]})"), plain).empty());
    CHECK(plan_text(line(R"({"hash":"00ff","steps":[]})"), plain) == "nothing would be done\nhash    00ff\n");
    CHECK(plan_text(line(R"({"steps":[1,null],"held":"x","notes":[7]})"), plain) ==
          "nothing would be done\n");
}

TEST_CASE("without a terminal each change is a line, and what is no change is none") {
    progress shown(plain);
    CHECK(shown.begin(line(plan)) == "old is no longer asked for\n");
    CHECK(shown.change(event("web", "ready", "its supervisor is slow", "supervisor")).empty());
    CHECK(shown.change(event("web", "stopping")) == "web  stopping\n");
    CHECK(shown.change(event("web", "stopping")).empty());
    CHECK(shown.change(event("web", "down", "starts once db is ready")) ==
          "web  down  (starts once db is ready)\n");
    CHECK(shown.change(event("db", "down", "its supervisor is slow", "supervisor")).empty());
    CHECK(shown.change(event("db", "ready")) == "db   ready\n");
    boost::json::object died = event("db", "backoff");
    died["end"] = "exited 3\x1b";
    CHECK(shown.change(died) == "db   backoff  (exited 3\\x1b)\n");
    CHECK(shown.end(line(R"({"results":[
        {"service":"web","verb":"restart","result":"timeout","text":"down"},
        {"service":"a","verb":"start","result":"done","text":""}]})")) ==
          "web  restart  timeout  it is down; what was begun goes on\n"
          "a    start  done\n");
}

TEST_CASE("on a terminal the block is drawn again over itself") {
    progress shown(screen);
    std::string first = shown.begin(line(plan));
    CHECK(first == "old is no longer asked for\n"
                   "db   start    -          \n"
                   "web  restart  -          \n"
                   "[..............................] 0 of 2\n");
    std::string next = shown.change(event("web", "down", "starts once db, a long name, is ready"));
    CHECK(next.starts_with("\x1b[3A\x1b[Jdb "));
    CHECK(next.find("web  restart  down") != std::string::npos);
    for (std::size_t at = 0; (at = next.find('\n', at + 1)) != std::string::npos;) {
        std::size_t begin = next.rfind('\n', at - 1) + 1;
        CHECK(at - begin <= 40 + 8); // the control sequence of the first line aside
    }
    CHECK(shown.change(event("db", "ready")).find("] 1 of 2") != std::string::npos);
    CHECK(shown.end(line(R"({"results":[]})")) == "\x1b[3A\x1b[J");
}

TEST_CASE("a restart has arrived when it is up again, not while it still is") {
    progress shown(screen);
    shown.begin(line(plan));
    CHECK(shown.change(event("web", "stopping")).find("0 of 2") != std::string::npos);
    CHECK(shown.change(event("web", "ready")).find("1 of 2") != std::string::npos);
}

TEST_CASE("a large plan shows what is still to come") {
    std::string text = R"({"steps":[)";
    for (int i = 100; i < 200; ++i)
        text += std::string(i > 100 ? "," : "") + R"({"service":"s)" + std::to_string(i) +
                R"(","letter":"u","wave":0})";
    progress shown(screen);
    shown.begin(line(text + "]}"));
    std::string drawn;
    for (int i = 100; i < 150; ++i) drawn = shown.change(event("s" + std::to_string(i), "ready"));
    CHECK(drawn.find("s150") != std::string::npos);
    CHECK(drawn.find("s169") != std::string::npos);
    CHECK(drawn.find("s170") == std::string::npos);
    CHECK(drawn.find("50 of 100") != std::string::npos);
}

TEST_CASE("the block is never higher than the terminal") {
    std::string text = R"({"steps":[)";
    for (int i = 100; i < 200; ++i)
        text += std::string(i > 100 ? "," : "") + R"({"service":"s)" + std::to_string(i) +
                R"(","letter":"u","wave":0})";
    text += "]}";
    for (unsigned rows : {1u, 2u, 3u, 4u, 10u, 50u, 200u}) {
        CAPTURE(rows);
        progress shown(screen, rows);
        std::string drawn = shown.begin(line(text));
        auto lines = std::count(drawn.begin(), drawn.end(), '\n');
        CHECK(lines == (rows < 4 ? 2 : std::min(rows - 1, 101u)));
    }
}
