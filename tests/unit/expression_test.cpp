// Expressions of assert and skip-unless: precedence, words, errors and their places, limits, comparing.
#include "chainload/helpers/deciding/comparing.hpp"
#include "chainload/helpers/deciding/expression.hpp"
#include "chainload/helpers/deciding/predicates.hpp"

#include <doctest/doctest.h>
#include <memory>
#include <string>

using namespace reeve::chainload;

namespace {
std::string shown(const expression& whole, const expression_node& node) {
    auto both_sides = [&](const char* name) {
        return "(" + shown(whole, whole.nodes[node.left]) + " " + name + " " +
               shown(whole, whole.nodes[node.right]) + ")";
    };
    switch (node.kind) {
    case expression_node::both: return both_sides("and");
    case expression_node::either: return both_sides("or");
    case expression_node::negation: return "not " + shown(whole, whole.nodes[node.left]);
    default: break;
    }
    std::string text = node.kind == expression_node::command ? "{" : std::string(node.what->name);
    for (const char* const* word = whole.words_of(node); *word != nullptr; ++word)
        text += std::string("[") + *word + "]";
    constexpr const char* signs[] = {"", "==", "!=", "<", "<=", ">", ">="};
    text += signs[static_cast<std::size_t>(node.how)];
    if (node.value != nullptr) text += node.value;
    return text;
}

// The tree in words, or "PLACE: what is wrong".
std::string parsed(std::string_view source) {
    auto whole = std::make_unique<expression>();
    expression_problem problem;
    if (!parse_expression(source, *whole, problem))
        return std::to_string(problem.where) + ": " + problem.what;
    return shown(*whole, whole->root());
}

struct pair {
    const char* source;
    const char* result;
};
constexpr pair good[] = {
    {"exists(/a)", "exists[/a]"},
    {"  exists ( /a )  ", "exists[/a]"},
    {"exists(/a) and file(/b) or dir(/c)", "((exists[/a] and file[/b]) or dir[/c])"},
    {"exists(/a) or file(/b) and dir(/c)", "(exists[/a] or (file[/b] and dir[/c]))"},
    {"(exists(/a) or file(/b)) and dir(/c)", "((exists[/a] or file[/b]) and dir[/c])"},
    {"exists(a) and exists(b) and exists(c)", "((exists[a] and exists[b]) and exists[c])"},
    {"exists(a) or exists(b) or exists(c)", "((exists[a] or exists[b]) or exists[c])"},
    {"not exists(a) and exists(b)", "(not exists[a] and exists[b])"},
    {"not (exists(a) and exists(b))", "not (exists[a] and exists[b])"},
    {"not not exists(a)", "not not exists[a]"},
    {"exists(a)and(exists(b))or not(exists(c))", "((exists[a] and exists[b]) or not exists[c])"},
    {"((((exists(a)))))", "exists[a]"},
    {"newer(a, b)", "newer[a][b]"},
    {"newer(a,b)", "newer[a][b]"},
    {"exists('/a b')", "exists[/a b]"},
    {"exists(\"/a \\\"b\\\\ \\n\")", "exists[/a \"b\\ \\n]"},
    {"exists(/a' 'b\"=\"c)", "exists[/a b=c]"},
    {"exists('')", "exists[]"},
    {"exists('it\"s')", "exists[it\"s]"},
    {"exists(/dev/disk/by-id/x:1@~%*?$&|;#)", "exists[/dev/disk/by-id/x:1@~%*?$&|;#]"},
    {"env(A)", "env[A]"},
    {"env(A)==b", "env[A]==b"},
    {"env(A) = 'b c'", "env[A]==b c"},
    {"env(A) != ''", "env[A]!="},
    {"env(N) >= 3", "env[N]>=3"},
    {"env(N)<3", "env[N]<3"},
    {"env(N)<=3 and env(N)>0", "(env[N]<=3 and env[N]>0)"},
    {"kernel >= 6.1", "kernel>=6.1"},
    {"memory > 2G or cpus == 4", "(memory>2G or cpus==4)"},
    {"uid == 0", "uid==0"},
    {"host == web-1", "host==web-1"},
    {"{ true }", "{[true]"},
    {"{true}", "{[true]"},
    {"{ test -e '/a b' } and not {false}", "({[test][-e][/a b] and not {[false])"},
    {"{ sh -c 'exit \"$X\"' }", "{[sh][-c][exit \"$X\"]"},
    {"{ echo '}' (x, y) = < and }", "{[echo][}][(x,][y)][=][<][and]"},
    {"\n exists(a)\n\tand\n exists(b)\n", "(exists[a] and exists[b])"},
    {"env(and) and env(not)", "(env[and] and env[not])"},
};
constexpr pair bad[] = {
    {"", "0: expected a test"},
    {"   ", "3: expected a test"},
    {"exists", "0: this test is NAME(WORD): a word in parentheses"},
    {"exists()", "7: this test is NAME(WORD): a word in parentheses"},
    {"exists(", "6: this parenthesis is not closed"},
    {"exists(a", "6: this parenthesis is not closed"},
    {"exists(a b)", "9: a word with blanks or signs is quoted"},
    {"exists(a=b)", "8: a word with blanks or signs is quoted"},
    {"exists(a,b)", "8: this test is NAME(WORD): a word in parentheses"},
    {"newer(a)", "0: this test is NAME(WORD, WORD): two words in parentheses"},
    {"newer(a,)", "8: this test is NAME(WORD, WORD): two words in parentheses"},
    {"uid(x) == 0", "3: this test has nothing in parentheses"},
    {"exist(a)", "0: there is no such test"},
    {"exists(a) und exists(b)", "10: expected and, or, or the end"},
    {"exists(a) exists(b)", "10: expected and, or, or the end"},
    {"exists(a) and", "13: expected a test"},
    {"exists(a) and or exists(b)", "14: there is no such test"},
    {"and", "0: there is no such test"},
    {"not", "3: expected a test"},
    {"exists(a))", "9: no parenthesis is open"},
    {"(exists(a)", "0: this parenthesis is not closed"},
    {"exists(a) and (exists(b) or (exists(c))", "14: this parenthesis is not closed"},
    {"()", "1: expected a test, not, ( or {"},
    {"!exists(a)", "0: expected a test, not, ( or {"},
    {"exists(a) == 1", "10: nothing to compare with a test that is true or false"},
    {"kernel", "0: this is to be compared, with == != < <= > or >="},
    {"uid and exists(a)", "0: this is to be compared, with == != < <= > or >="},
    {"host", "0: this is to be compared, with == != < <= > or >="},
    {"kernel >=", "9: expected a value to compare with"},
    {"kernel >= new", "10: this is no version: 6, 6.1, 6.1.50"},
    {"kernel >= 6..1", "10: this is no version: 6, 6.1, 6.1.50"},
    {"kernel >= 6.", "10: this is no version: 6, 6.1, 6.1.50"},
    {"memory > lots", "9: this is no number of bytes: 4096, 64K, 512M, 2G, 1T"},
    {"memory > 99999999999G", "9: this is no number of bytes: 4096, 64K, 512M, 2G, 1T"},
    {"cpus > 1.5", "7: this is no number"},
    {"env(A) < b", "9: only a number can be less or greater"},
    {"env(A) === b", "9: expected a value to compare with"},
    {"env('A", "4: this quote is not closed"},
    {"{ }", "0: a command has at least one word"},
    {"{ true", "0: this brace is not closed"},
    {"{ a { b } }", "4: a brace in a command is quoted"},
    {"exists(a) }", "10: expected and, or, or the end"},
};
} // namespace

TEST_CASE("what expressions are read as") {
    for (const auto& one : good) CHECK(parsed(one.source) == one.result);
}

TEST_CASE("errors of expressions are where they are") {
    for (const auto& one : bad) CHECK(parsed(one.source) == one.result);
    CHECK(parsed(std::string_view("uid == 0\0", 9)) == "8: a NUL is no part of an expression");
}

TEST_CASE("the source of each part, for who is told which was false") {
    auto whole = std::make_unique<expression>();
    expression_problem problem;
    std::string_view source = " not ( env(A) == x )  and { true }  or uid == 0 ";
    REQUIRE(parse_expression(source, *whole, problem));
    const auto& root = whole->root();
    CHECK(root.source == "not ( env(A) == x )  and { true }  or uid == 0");
    const auto& left = whole->nodes[root.left];
    CHECK(left.source == "not ( env(A) == x )  and { true }");
    CHECK(whole->nodes[left.left].source == "not ( env(A) == x )");
    CHECK(whole->nodes[whole->nodes[left.left].left].source == "env(A) == x");
    CHECK(whole->nodes[left.right].source == "{ true }");
}

TEST_CASE("limits are errors") {
    auto repeat = [](int times, std::string text) {
        std::string all;
        for (int i = 0; i < times; ++i) all += text;
        return all;
    };
    CHECK(parsed(repeat(31, "(") + "uid == 0" + repeat(31, ")")) == "uid==0");
    CHECK(parsed(repeat(32, "(") + "uid == 0" + repeat(32, ")")) ==
          "32: parentheses and nots are at most 32 deep");
    CHECK(parsed(repeat(33, "not ") + "uid == 0").ends_with("deep"));
    CHECK(parsed(repeat(4000, "(")).ends_with("deep"));
    CHECK(parsed(repeat(63, "env(a)or ") + "env(a)").starts_with("("));
    CHECK(parsed(repeat(64, "env(a)or ") + "env(a)").ends_with("an expression has at most 128 parts"));
    CHECK(parsed("{ " + repeat(255, "x ") + "}").starts_with("{[x]"));
    CHECK(parsed("{ " + repeat(256, "x ") + "}").ends_with("an expression has at most 256 words"));
    CHECK(parsed("exists(" + std::string(4088, 'x') + ")").starts_with("exists[xxx"));
    CHECK(parsed("exists(" + std::string(4089, 'x') + ")") == "0: an expression has at most 4096 bytes");
}

TEST_CASE("numbers, bytes and texts are compared") {
    using enum comparison;
    CHECK(compare_numbers(3, less, 4));
    CHECK(compare_numbers(4, less_or_equal, 4));
    CHECK_FALSE(compare_numbers(4, greater, 4));
    CHECK(compare_numbers(4, greater_or_equal, 4));
    CHECK(compare_numbers(4, unequal, 5));
    CHECK(parse_bytes("0") == 0);
    CHECK(parse_bytes("4096") == 4096);
    CHECK(parse_bytes("64K") == 65536);
    CHECK(parse_bytes("2G") == std::uint64_t{2} << 30);
    CHECK(parse_bytes("16777215T") == std::uint64_t{16777215} << 40);
    for (const char* wrong : {"", "G", "16777216T", "1.5G", "-1", "1k", "1GB", " 1"})
        CHECK_FALSE(parse_bytes(wrong));
    CHECK(compare_texts("a", equal, "a") == true);
    CHECK(compare_texts("a", unequal, "a") == false);
    CHECK(compare_texts("10", greater, "9") == true);
    CHECK(compare_texts("010", equal, "10") == false);
    CHECK_FALSE(compare_texts("ten", greater, "9"));
    CHECK_FALSE(compare_texts("", less, "9"));
}

TEST_CASE("versions are compared by their parts, as far as the value goes") {
    using enum comparison;
    const char* kernel = "6.18.44-fc-v595";
    CHECK(compare_versions(kernel, equal, "6"));
    CHECK(compare_versions(kernel, equal, "6.18"));
    CHECK(compare_versions(kernel, equal, "6.18.44"));
    CHECK(compare_versions(kernel, unequal, "6.18.44.1"));
    CHECK(compare_versions(kernel, greater, "6.9"));
    CHECK(compare_versions(kernel, less, "6.100"));
    CHECK_FALSE(compare_versions(kernel, greater, "6.18"));
    CHECK(compare_versions(kernel, greater_or_equal, "6.18"));
    CHECK(compare_versions(kernel, less_or_equal, "6.18.44"));
    CHECK(compare_versions("5.10-rc1", greater_or_equal, "5.10"));
    CHECK(compare_versions("5.10-rc1", less, "5.10.1"));
    CHECK(compare_versions("", less, "1"));
}

TEST_CASE("the table of predicates") {
    for (const auto& one : all_predicates()) {
        CHECK((find_predicate(one.name) == &one));
        CHECK((one.look != nullptr));
        CHECK(one.word_count <= 2);
    }
    CHECK((find_predicate("and") == nullptr));
}
