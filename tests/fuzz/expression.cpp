// Any text as an expression. What is refused says where; what is accepted is a tree whose parts lie in the text, whose
// words end, and whose children come before their parents, so that no walk over it is without end.
#include "chainload/helpers/deciding/expression.hpp"

#include "chainload/helpers/deciding/comparing.hpp"
#include "chainload/helpers/deciding/predicates.hpp"
#include "tests/fuzz/targets.hpp"

#include <cstring>

namespace reeve::tests {

using namespace chainload;

namespace {
void check(const expression& whole, std::size_t index, std::string_view input) {
    const expression_node& node = whole.nodes[index];
    must_hold(node.source.data() >= input.data() &&
                  node.source.data() + node.source.size() <= input.data() + input.size() &&
                  !node.source.empty(),
              "a part lies in the text");
    bool two = node.kind == expression_node::both || node.kind == expression_node::either;
    if (two || node.kind == expression_node::negation) {
        must_hold(node.left < index, "a child comes before its parent");
        check(whole, node.left, input);
    }
    if (two) {
        must_hold(node.right < index && node.left < node.right, "left comes before right");
        check(whole, node.right, input);
    }
    if (two || node.kind == expression_node::negation) return;
    const char* const* words = whole.words_of(node);
    std::size_t count = 0;
    while (words[count] != nullptr) must_hold(std::strlen(words[count++]) <= input.size(), "a word ends");
    must_hold(count == node.word_count, "words are counted");
    if (node.kind == expression_node::command) return must_hold(count > 0, "a command has a word");
    must_hold(count == node.what->word_count, "a test has its words");
    must_hold((node.how == comparison::none) == (node.value == nullptr), "a comparison has a value");
    must_hold(node.value == nullptr || is_comparable(node.what->kind, node.how, node.value),
              "a value can be compared with");
    if (node.value == nullptr) return;
    (void)compare_texts(input, node.how, node.value);
    (void)compare_versions(input, node.how, node.value);
}
} // namespace

void fuzz_expression(std::string_view input) {
    expression whole;
    expression_problem problem;
    if (!parse_expression(input, whole, problem)) {
        must_hold(problem.where <= input.size() && problem.what[0] != '\0',
                  "an error has a place and a reason");
        return;
    }
    must_hold(whole.root_index < expression::most_nodes, "there is a root");
    check(whole, whole.root_index, input);
}

} // namespace reeve::tests
