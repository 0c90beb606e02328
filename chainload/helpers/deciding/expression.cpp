#include "chainload/helpers/deciding/expression.hpp"

#include "chainload/helpers/deciding/comparing.hpp"
#include "chainload/helpers/deciding/predicates.hpp"

namespace reeve::chainload {

namespace {
struct operator_sign {
    std::string_view sign;
    comparison how;
};
// The longer ones first.
constexpr operator_sign signs[] = {{"==", comparison::equal},         {"!=", comparison::unequal},
                                   {"<=", comparison::less_or_equal}, {">=", comparison::greater_or_equal},
                                   {"<", comparison::less},           {">", comparison::greater},
                                   {"=", comparison::equal}};

// By value_kind.
constexpr const char* bad_values[] = {"nothing to compare with a test that is true or false",
                                      "only a number can be less or greater", "this is no number",
                                      "this is no number of bytes: 4096, 64K, 512M, 2G, 1T",
                                      "this is no version: 6, 6.1, 6.1.50"};

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}
bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

class parser {
public:
    parser(std::string_view source, expression& into, expression_problem& problem)
        : source_(source)
        , into_(into)
        , problem_(problem) {}

    bool parse() {
        if (source_.size() > expression::most_bytes) return fail(0, "an expression has at most 4096 bytes");
        if (std::size_t nul = source_.find('\0'); nul != std::string_view::npos)
            return fail(nul, "a NUL is no part of an expression");
        std::uint16_t root = 0;
        if (!disjunction(root)) return false;
        if (at_ < source_.size())
            return fail(peek() == ')' ? "no parenthesis is open" : "expected and, or, or the end");
        into_.root_index = root;
        return true;
    }

private:
    char peek() const { return at_ < source_.size() ? source_[at_] : '\0'; }
    bool fail(std::size_t where, const char* what) {
        problem_ = {where, what};
        return false;
    }
    bool fail(const char* what) { return fail(at_, what); }
    void skip_blanks() {
        while (is_blank(peek())) ++at_;
    }
    std::string_view name_here() const {
        std::size_t end = at_;
        while (end < source_.size() && is_name_character(source_[end])) ++end;
        return source_.substr(at_, end - at_);
    }
    bool take_keyword(std::string_view word) {
        if (name_here() != word) return false;
        at_ += word.size();
        skip_blanks();
        return true;
    }
    bool take(char c) {
        if (peek() != c || at_ == source_.size()) return false;
        ++at_;
        skip_blanks();
        return true;
    }

    bool make(const expression_node& node, std::size_t begin, std::uint16_t& index) {
        if (count_ == expression::most_nodes) return fail(begin, "an expression has at most 128 parts");
        index = count_;
        into_.nodes[count_] = node;
        std::size_t end = at_;
        while (end > begin && is_blank(source_[end - 1])) --end;
        into_.nodes[count_++].source = source_.substr(begin, end - begin);
        return true;
    }

    bool disjunction(std::uint16_t& index) {
        skip_blanks();
        return joined("or", expression_node::either, &parser::conjunction, index);
    }
    bool conjunction(std::uint16_t& index) {
        return joined("and", expression_node::both, &parser::negation, index);
    }

    // PART [KEYWORD PART]…, from left to right.
    bool joined(std::string_view keyword, decltype(expression_node::kind) kind,
                bool (parser::*part)(std::uint16_t&), std::uint16_t& index) {
        std::size_t begin = at_;
        if (!(this->*part)(index)) return false;
        while (take_keyword(keyword)) {
            std::uint16_t right = 0;
            if (!(this->*part)(right)) return false;
            if (!make({.kind = kind, .left = index, .right = right}, begin, index)) return false;
        }
        return true;
    }

    bool negation(std::uint16_t& index) {
        std::size_t begin = at_;
        if (depth_ == expression::most_depth) return fail("parentheses and nots are at most 32 deep");
        if (name_here() == "not") {
            take_keyword("not");
            ++depth_;
            std::uint16_t inner = 0;
            if (!negation(inner)) return false;
            --depth_;
            return make({.kind = expression_node::negation, .left = inner}, begin, index);
        }
        if (take('(')) {
            ++depth_;
            if (!disjunction(index)) return false;
            --depth_;
            return take(')') || fail(begin, "this parenthesis is not closed");
        }
        return peek() == '{' ? command(index) : test(index);
    }

    // { WORD … }
    bool command(std::uint16_t& index) {
        std::size_t begin = at_;
        expression_node node{.kind = expression_node::command, .first_word = words_};
        take('{');
        while (peek() != '}') {
            if (at_ == source_.size()) return fail(begin, "this brace is not closed");
            if (!word(" \t\n{}", "a brace in a command is quoted")) return false;
            skip_blanks();
        }
        node.word_count = static_cast<std::uint16_t>(words_ - node.first_word);
        if (node.word_count == 0) return fail(begin, "a command has at least one word");
        take('}');
        return end_words() && make(node, begin, index);
    }

    // NAME[(WORD, …)] [COMPARISON WORD]
    bool test(std::uint16_t& index) {
        std::size_t begin = at_;
        std::string_view name = name_here();
        if (name.empty())
            return fail(at_ == source_.size() ? "expected a test" : "expected a test, not, ( or {");
        const predicate* what = find_predicate(name);
        if (what == nullptr) return fail("there is no such test");
        at_ += name.size();
        skip_blanks();
        expression_node node{.kind = expression_node::test, .first_word = words_, .what = what};
        if (!arguments(*what, begin) || !end_words()) return false;
        node.word_count = what->word_count;
        return compared(*what, node, begin) && make(node, begin, index);
    }

    bool arguments(const predicate& what, std::size_t begin) {
        constexpr const char* shapes[] = {"this test has nothing in parentheses",
                                          "this test is NAME(WORD): a word in parentheses",
                                          "this test is NAME(WORD, WORD): two words in parentheses"};
        const char* shape = shapes[what.word_count];
        std::size_t parenthesis = at_;
        if (!take('(')) return what.word_count == 0 || fail(begin, shape);
        if (what.word_count == 0) return fail(parenthesis, shape);
        for (unsigned i = 0; i < what.word_count; ++i) {
            if (i > 0 && !take(',')) return fail(begin, shape);
            if (at_ == source_.size()) return fail(parenthesis, "this parenthesis is not closed");
            if (!word(" \t\n,(){}=!<>", shape)) return false;
            skip_blanks();
        }
        if (at_ == source_.size()) return fail(parenthesis, "this parenthesis is not closed");
        return take(')') || fail(peek() == ',' ? shape : "a word with blanks or signs is quoted");
    }

    bool compared(const predicate& what, expression_node& node, std::size_t begin) {
        for (const auto& one : signs) {
            if (!source_.substr(at_).starts_with(one.sign)) continue;
            auto kind = static_cast<std::size_t>(what.kind);
            if (what.kind == value_kind::truth) return fail(bad_values[kind]);
            node.how = one.how;
            at_ += one.sign.size();
            skip_blanks();
            std::size_t value = at_;
            std::uint16_t number = words_;
            if (!word(" \t\n,(){}=!<>", "expected a value to compare with")) return false;
            node.value = into_.words[number];
            if (!is_comparable(what.kind, node.how, node.value)) return fail(value, bad_values[kind]);
            skip_blanks();
            return true;
        }
        bool needs_value = what.kind != value_kind::truth && what.kind != value_kind::text;
        bool never_absent = what.kind == value_kind::text && what.word_count == 0;
        return !(needs_value || never_absent) ||
               fail(begin, "this is to be compared, with == != < <= > or >=");
    }

    // A word up to any of `ends`, which is not taken; quoted parts belong to it. `empty` if there is none.
    bool word(std::string_view ends, const char* empty) {
        std::size_t begin = at_, text = text_;
        while (at_ < source_.size() && ends.find(peek()) == std::string_view::npos) {
            char c = peek();
            if (c == '\'' || c == '"') {
                if (!quoted(c)) return false;
            } else {
                add(c);
                ++at_;
            }
        }
        if (at_ == begin) return fail(empty);
        add('\0');
        return end_word(into_.text.data() + text, begin);
    }
    bool quoted(char quote) {
        std::size_t begin = at_++;
        for (; at_ < source_.size(); ++at_) {
            char c = peek();
            if (c == quote) {
                ++at_;
                return true;
            }
            char following = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
            if (quote == '"' && c == '\\' && (following == '"' || following == '\\')) c = source_[++at_];
            add(c);
        }
        return fail(begin, "this quote is not closed");
    }
    // A source of most_bytes makes at most twice as many: each byte a word, with its NUL.
    void add(char c) { into_.text[text_++] = c; }
    bool end_word(const char* text, std::size_t begin) {
        if (words_ == expression::most_words) return fail(begin, "an expression has at most 256 words");
        into_.words[words_++] = text;
        return true;
    }
    bool end_words() { return end_word(nullptr, at_); }

    std::string_view source_;
    expression& into_;
    expression_problem& problem_;
    std::size_t at_ = 0, text_ = 0, depth_ = 0;
    std::uint16_t count_ = 0, words_ = 0;
};
} // namespace

bool parse_expression(std::string_view source, expression& into, expression_problem& problem) {
    return parser(source, into, problem).parse();
}

} // namespace reeve::chainload
