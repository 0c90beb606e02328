// Any line as what an engine says to svctl: whatever it is, something is shown, and what is shown on a terminal has no
// control characters that are not svctl's own.
#include "tests/fuzz/targets.hpp"
#include "tools/svctl/engine_client.hpp"
#include "tools/svctl/exit_code.hpp"
#include "tools/svctl/graph_text.hpp"
#include "tools/svctl/progress.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace reeve::tests {

using namespace svctl;
namespace json = boost::json;

namespace {
constexpr terminal file{}, screen{false, true, 60};

void check_shown(std::string_view text) {
    must_hold(std::none_of(text.begin(), text.end(),
                           [](char c) { return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == 0x7f; }),
              "no control character comes from the engine");
}

void check_progress(const json::object& first, const json::object& second) {
    progress lines(file);
    check_shown(lines.begin(first, second));
    check_shown(lines.change(first));
    check_shown(lines.change(second));
    check_shown(lines.end(first));
    check_shown(lines.end(second));
    progress block(screen);
    for (const std::string& drawn : {block.begin(first, second), block.change(second), block.end(first)})
        for (std::size_t at = 0; (at = drawn.find('\x1b', at)) != std::string::npos; ++at)
            must_hold(drawn.compare(at, 3, "\x1b[J") == 0 ||
                          drawn.find_first_not_of("0123456789", at + 2) == drawn.find('A', at),
                      "the cursor is moved by us");
}

void check_words(const json::object& said) {
    for (const char* name : {"type", "text", "wave", "hash"}) {
        (void)text_field(said, name);
        (void)number_field(said, name);
        (void)flag_field(said, name);
        (void)list_field(said, name);
        (void)object_field(said, name);
    }
    try {
        require_not_refused(said);
    } catch (const verb_error& why) {
        must_hold(why.code() == exit_code::refused, "a refusal is one");
        check_shown(why.what());
    }
}
} // namespace

void fuzz_engine_answer(std::string_view input) {
    std::size_t end = std::min(input.find('\n'), input.size());
    json::object first, second;
    try {
        first = parse_answer(input.substr(0, end));
        if (end < input.size()) second = parse_answer(input.substr(end + 1));
    } catch (const verb_error& why) {
        check_shown(why.what());
        return;
    }
    check_words(first);
    check_progress(first, second);
    check_shown(plan_text(first, file));
    for (bool critical : {false, true}) {
        check_shown(graph_tree(first, critical, file));
        (void)graph_dot(first, critical);
        (void)graph_mermaid(first, critical);
    }
}

} // namespace reeve::tests
