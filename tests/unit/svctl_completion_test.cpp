// The completion scripts, from a table of two verbs.
#include "tools/svctl/completion.hpp"

#include <doctest/doctest.h>

using namespace reeve::svctl;

namespace {
const std::vector<completed_verb> table{
    {{"start", "it's a start", operand::services}, {{"--mode", "--json"}, {}}},
    {{"tree", "svscan", operand::words}, {{}, {"stop", "rescan"}}},
};
bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
} // namespace

TEST_CASE("bash") {
    std::string text = *completion_script("bash", table);
    CHECK(has(text, "words='start tree' ;;\n"));
    CHECK(has(text, "    start) options='--mode --json --help' words='' services=1 files= ;;\n"));
    CHECK(has(text, "    tree) options=' --help' words='stop rescan' services= files= ;;\n"));
    CHECK(has(text, "words='replace fail no-stop irreversible only ignore-order'"));
    CHECK(text.ends_with("complete -F _svctl svctl\n"));
}

TEST_CASE("zsh and fish quote what is said of a verb") {
    CHECK(has(*completion_script("zsh", table), "    'start:it'\\''s a start'\n"));
    CHECK(has(*completion_script("fish", table), "-a start -d 'it\\'s a start'\n"));
    CHECK(has(*completion_script("fish", table), "-l mode -x -a 'replace fail"));
}

TEST_CASE("another shell has none") {
    CHECK_FALSE(completion_script("csh", table));
    CHECK_FALSE(completion_script("", table));
}
