// Options that have a letter, a word, or both: "-m", "--mount", "--kill-child=TERM", "--bind 80". Letters may be joined
// and a value stands in the same word or in the next one; an optional value stands behind "=" only. "--" ends them, as
// does the first word that does not begin with "-". A word that is none of them is refused, not skipped: what an
// isolation is asked for must not get lost.
#pragma once

#include "chainload/option_reader.hpp"

#include <span>

namespace reeve::chainload {

enum class option_value { none, needed, optional };

struct option_word {
    char key;              // what next() returns: the letter, or any other character for a word without one
    std::string_view word; // empty: there is only the letter
    option_value value = option_value::none;
    bool has_letter = true;
};

class option_words {
public:
    static constexpr char end = option_reader::end, problem = option_reader::problem;

    option_words(char** arguments, std::span<const option_word> known)
        : arguments_(arguments)
        , next_(arguments + 1)
        , known_(known) {}

    // The next option's key; `end` after the last; `problem` for one that complaint() tells about.
    char next();
    // The value of the option that next() returned last; nullptr for an optional one that is not there.
    const char* value() const { return value_; }
    // What follows the options.
    char** rest() const { return next_; }
    // "NAME: illegal option -- z" and a newline.
    std::string_view complaint() const { return complaint_.view(); }

private:
    char next_word(std::string_view text);
    char fail(std::string_view why, std::string_view option);

    char** arguments_;
    char** next_;
    std::span<const option_word> known_;
    const char* inside_ = ""; // what is left of a word of joined letters
    const char* value_ = nullptr;
    text_buffer<160> complaint_;
};

} // namespace reeve::chainload
