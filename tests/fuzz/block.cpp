// Any words, one to a line, as what follows a helper that takes a block. What is read is what stands there; what is no
// block changes nothing; and the words of a block, written the other way, are read as the same words.
#include "chainload/helpers/block.hpp"

#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/words.hpp"

namespace reeve::tests {

using namespace chainload;

namespace {
std::vector<std::string> words_until(char** from, char** end) {
    std::vector<std::string> words;
    for (; from != end && *from != nullptr; ++from) words.emplace_back(*from);
    return words;
}

std::vector<std::string> words_of(const block& one) {
    char** end = one.command;
    while (*end != nullptr) ++end;
    return words_until(one.command, end);
}

// The block in braces, from its first word on: where it ends, by counting.
std::size_t end_in_braces(const std::vector<std::string>& all) {
    std::size_t open = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        open += all[i] == "{" ? 1U : 0U;
        if (all[i] == "}" && --open == 0) return i;
    }
    return all.size();
}

void check_as_execlineb_has_it(const std::vector<std::string>& words) {
    std::vector<std::string> written;
    for (const std::string& word : words) written.push_back(" " + word);
    written.emplace_back();
    written.emplace_back("rest");
    argument_list again(written);
    if (written.front() == "{") return;
    auto read = read_block(again.data());
    must_hold(read && words_of(*read) == words, "a block that execlineb writes is read");
    must_hold(read->rest[0] == std::string_view("rest") && read->rest[1] == nullptr,
              "what follows is the rest");
}
} // namespace

void fuzz_block(std::string_view input) {
    std::vector<std::string> all = split_words(input);
    argument_list arguments(all);
    auto read = read_block(arguments.data());
    (void)no_block("if", arguments.data());
    bool literal = all.front() == open_block;
    std::size_t end = end_in_braces(all);
    if (!literal) end = static_cast<std::size_t>(std::find(all.begin(), all.end(), "") - all.begin());
    must_hold(read.has_value() == (end < all.size()), "a block has an end");
    if (!read) {
        must_hold(words_until(arguments.data(), nullptr) == all, "what is no block is as it was");
        return;
    }
    std::vector<std::string> inside(all.begin() + (literal ? 1 : 0), all.begin() + static_cast<long>(end));
    if (!literal)
        for (std::string& word : inside)
            if (word.starts_with(' ')) word.erase(0, 1);
    must_hold(words_of(*read) == inside, "the words of a block are those that stand in it");
    must_hold(words_until(read->rest, nullptr) ==
                  std::vector<std::string>(all.begin() + static_cast<long>(end) + 1, all.end()),
              "the rest is what follows");
    check_as_execlineb_has_it(inside);
}

} // namespace reeve::tests
