#include "depengine/intents.hpp"

#include "chainload/hex.hpp"
#include "chainload/number.hpp"
#include "supervise/layout.hpp"

#include <charconv>

namespace reeve::depengine {

namespace {
constexpr std::string_view file_name = ".depengine/intents";

struct intent_word {
    std::string_view word;
    intent meaning;
};
constexpr intent_word intent_words[] = {{"-", intent::none}, {"up", intent::up}, {"down", intent::down}};

struct flag_word {
    std::string_view word;
    bool wish::*flag;
};
constexpr flag_word flag_words[] = {
    {"run", &wish::run}, {"only", &wish::alone}, {"ignore-order", &wish::unordered}};

struct action_word {
    std::string_view word;
    action meaning;
    bool numbered;
};
constexpr action_word action_words[] = {{"start>", action::start, true},
                                        {"restart>", action::restart, true},
                                        {"again>", action::again, true},
                                        {"stop", action::stop, false}};
constexpr std::string_view acted_word = "acted=";

bool parse_number(std::string_view text, std::uint64_t& into) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

std::string_view next_word(std::string_view& rest) {
    std::size_t end = rest.find(' ');
    std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return word;
}

bool parse_detail(std::string_view word, wish& into) {
    for (const auto& one : flag_words)
        if (one.word == word) return into.*one.flag = true;
    for (const auto& one : action_words)
        if (one.numbered ? word.starts_with(one.word) : word == one.word) {
            into.action = one.meaning;
            into.beyond = 0; // an earlier action's
            return !one.numbered || parse_number(word.substr(one.word.size()), into.beyond);
        }
    return word.starts_with(acted_word) && parse_number(word.substr(acted_word.size()), into.acted);
}

bool parse_line(std::string_view line, std::string_view& name, wish& into) {
    name = next_word(line);
    if (!supervise::valid_service_name(name)) return false;
    std::string_view asked = next_word(line);
    bool known = false;
    for (const auto& one : intent_words)
        if (one.word == asked) {
            into.intent = one.meaning;
            known = true;
        }
    while (known && !line.empty()) known = parse_detail(next_word(line), into);
    return known;
}

void add_number(std::uint64_t number, std::string& into) {
    char digits[20];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    into.append(digits, end);
}
} // namespace

parsed_intents parse_intents(std::string_view text) {
    parsed_intents found;
    for (unsigned number = 1; !text.empty(); ++number) {
        std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        // Without its newline the last line may be half of what was to be written.
        bool whole = end != std::string_view::npos;
        text.remove_prefix(whole ? end + 1 : text.size());
        if (number == 1) {
            if (line.starts_with("tree ")) found.tree = chainload::parse_hex<16>(line.substr(5));
            if (!found.tree) return found;
            continue;
        }
        std::string_view name;
        wish one;
        if (whole && parse_line(line, name, one))
            found.wishes.insert_or_assign(std::string(name), one);
        else
            found.problems.push_back({"", std::string(file_name),
                                      "line " + std::to_string(number) + ": \"" +
                                          std::string(line.substr(0, 80)) + "\" is no line of it: ignored",
                                      ""});
    }
    return found;
}

void format_tree(const supervise::tree_id& tree, std::string& into) {
    auto digits = chainload::format_hex(tree);
    into += "tree ";
    into.append(digits.data(), digits.size());
    into += '\n';
}

void format_wish(std::string_view name, const wish& one, std::string& into) {
    into += name;
    for (const auto& word : intent_words)
        if (word.meaning == one.intent) (into += ' ') += word.word;
    for (const auto& word : flag_words)
        if (one.*word.flag) (into += ' ') += word.word;
    for (const auto& word : action_words)
        if (word.meaning == one.action) {
            (into += ' ') += word.word;
            if (word.numbered) add_number(one.beyond, into);
        }
    if (one.acted != 0) {
        (into += ' ') += acted_word;
        add_number(one.acted, into);
    }
    into += '\n';
}

} // namespace reeve::depengine
