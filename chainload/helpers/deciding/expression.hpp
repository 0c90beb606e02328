// Expressions of `assert` and `skip-unless`: tests of the machine and the process, joined by not, and, or, in this order
// of precedence, and parentheses. What is read is a tree in one block of memory. Pure.
//
//   EXPRESSION: CONJUNCTION [or CONJUNCTION …]   CONJUNCTION: NEGATION [and NEGATION …]
//   NEGATION: [not …] ( EXPRESSION ) | TEST      TEST: NAME[(WORD, …)] [COMPARISON WORD] | { WORD … }
// A word is bare, or in '…', or in "…", in which \" and \\ stand for themselves.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace reeve::chainload {

// What a predicate finds, and so what it can be compared with.
enum class value_kind : unsigned char { truth, text, number, bytes, version };

enum class comparison : unsigned char {
    none,
    equal,
    unequal,
    less,
    less_or_equal,
    greater,
    greater_or_equal
};

struct predicate; // predicates.hpp

struct expression_node {
    enum node_kind : unsigned char { both, either, negation, test, command };
    node_kind kind = test;
    comparison how = comparison::none;
    std::uint16_t left = 0, right = 0;            // of both and either; a negation has the left one
    std::uint16_t first_word = 0, word_count = 0; // of a test and a command
    const predicate* what = nullptr;              // of a test
    const char* value = nullptr;                  // to compare with
    std::string_view source{};
};

struct expression_problem {
    std::size_t where = 0; // byte
    const char* what = "";
};

class expression {
public:
    static constexpr std::size_t most_bytes = 4096, most_nodes = 128, most_words = 256, most_depth = 32;

    const expression_node& root() const { return nodes[root_index]; }
    // A test's or command's words; a null pointer stands behind the last one.
    const char* const* words_of(const expression_node& node) const { return words.data() + node.first_word; }

    std::array<expression_node, most_nodes> nodes;
    std::array<const char*, most_words> words;
    std::array<char, 2 * most_bytes> text; // of the words, each with a NUL behind it
    std::size_t root_index = 0;
};

// False: `problem` says why. `source` must outlive the expression.
bool parse_expression(std::string_view source, expression& into, expression_problem& problem);

} // namespace reeve::chainload
