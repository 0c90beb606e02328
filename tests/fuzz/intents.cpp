// Any text as .depengine/intents: what is read can be written, and then reads as the same wishes without a problem;
// lines that are left out are told, each at its place.
#include "depengine/intents.hpp"

#include "supervise/layout.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>

namespace reeve::tests {

using namespace depengine;

namespace {
std::string written(const parsed_intents& all) {
    std::string text;
    format_tree(*all.tree, text);
    for (const auto& [name, one] : all.wishes) format_wish(name, one, text);
    return text;
}
} // namespace

void fuzz_intents(std::string_view input) {
    parsed_intents all = parse_intents(input);
    if (!all.tree) {
        must_hold(all.wishes.empty(), "what is of no tree says nothing");
        return;
    }
    auto newlines = static_cast<std::size_t>(std::count(input.begin(), input.end(), '\n'));
    must_hold(all.wishes.size() + all.problems.size() <= newlines + 1, "a line is a wish or a problem");
    for (const auto& [name, one] : all.wishes)
        must_hold(supervise::valid_service_name(name), "a wish is a service's");
    for (const diagnostic& one : all.problems)
        must_hold(!one.text.empty() && one.text.size() < 200, "a problem is a short text");
    std::string text = written(all);
    parsed_intents again = parse_intents(text);
    must_hold(again.problems.empty() && again.tree == all.tree, "what is written can be read");
    must_hold(again.wishes == all.wishes, "and is the same");
    must_hold(written(again) == text, "writing is stable");
}

} // namespace reeve::tests
