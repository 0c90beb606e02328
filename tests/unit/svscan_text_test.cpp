// The texts that svscan keeps: .svscan/tree and the handover of an upgrade.
#include "svscan/commands.hpp"
#include "svscan/handover.hpp"
#include "svscan/tree_file.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace reeve::svscan;

TEST_CASE("the tree file is read as it was written, and nothing else is") {
    tree_file file{{1, 2, 0xff}, "boot-id"};
    std::string text = format_tree_file(file);
    CHECK(text == "0102ff00000000000000000000000000 boot-id\n");
    auto read = parse_tree_file(text);
    REQUIRE(read);
    CHECK(read->id == file.id);
    CHECK(read->boot == file.boot);
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK(!parse_tree_file(std::string_view(text).substr(0, length)));
    CHECK(!parse_tree_file("0102FF00000000000000000000000000 boot-id\n"));
    CHECK(!parse_tree_file("0102ff00000000000000000000000000 \n"));
}

TEST_CASE("a handover is read as it was written") {
    handover all;
    all.lock = 7;
    all.tree = {9, 8, 7};
    all.foreign = {3, 4};
    all.services.push_back({"web", {1, 2}, true, false, {10, 11, -1, false}, {12, 13, 14, true}, 15, 16});
    all.services.push_back(
        {".svscan/log", {UINT64_MAX, UINT64_MAX}, false, true, {0, -1, -1, true}, {}, -1, -1});
    auto read = parse_handover(format_handover(all));
    REQUIRE(read);
    CHECK(*read == all);
}

TEST_CASE("a damaged handover is refused, one of a later version is read") {
    CHECK(!parse_handover(""));
    CHECK(!parse_handover("lock 3\n"));
    CHECK(!parse_handover("lock 3\ntree 12\n"));
    std::string head = "lock 3\ntree 00000000000000000000000000000000\n";
    CHECK(parse_handover(head));
    CHECK(!parse_handover(head + "service web 1 2 -\n"));
    CHECK(!parse_handover(head + "service web 1 2 - 1 2 3 4 5 6 7 x\n"));
    CHECK(parse_handover(head + "service web 1 2 -z 1 2 3 4 5 6 7 8 more\nlater thing\n"));
}

TEST_CASE("each letter and each signal means one thing") {
    std::set<int> seen;
    for (const auto& entry : control_letters) {
        CHECK(seen.insert(entry.name).second);
        CHECK(!entry.help.empty());
    }
    std::set<int> signals;
    for (const auto& entry : signal_orders) CHECK(signals.insert(entry.number).second);
    for (const auto& entry : signal_scripts) CHECK(signals.insert(entry.number).second);
}
