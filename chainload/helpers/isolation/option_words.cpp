#include "chainload/helpers/isolation/option_words.hpp"

namespace reeve::chainload {

char option_words::fail(std::string_view why, std::string_view option) {
    complaint_.clear();
    complaint_.add(program_name(arguments_[0]).substr(0, 40)).add(": ").add(why).add(" -- ");
    complaint_.add(option.substr(0, 40)).add('\n');
    return problem;
}

char option_words::next_word(std::string_view text) {
    std::size_t equals = text.find('=');
    std::string_view word = text.substr(0, equals);
    for (const auto& one : known_) {
        if (one.word.empty() || one.word != word) continue;
        if (equals != std::string_view::npos) value_ = text.data() + equals + 1;
        if (one.value == option_value::none && value_ != nullptr)
            return fail("option takes no argument", word);
        if (one.value == option_value::needed && value_ == nullptr) {
            if (*next_ == nullptr) return fail("option requires an argument", word);
            value_ = *next_++;
        }
        return one.key;
    }
    return fail("illegal option", word);
}

char option_words::next() {
    value_ = nullptr;
    if (*inside_ == '\0') {
        if (*next_ == nullptr || (*next_)[0] != '-' || (*next_)[1] == '\0') return end;
        std::string_view word = *next_++;
        if (word == "--") return end;
        if (word.starts_with("--")) return next_word(word.substr(2));
        inside_ = word.data() + 1;
    }
    const char* letter = inside_++;
    for (const auto& one : known_) {
        if (!one.has_letter || one.key != *letter) continue;
        if (one.value != option_value::needed) return one.key;
        value_ = *inside_ != '\0' ? inside_ : *next_ != nullptr ? *next_++ : nullptr;
        inside_ = "";
        return value_ != nullptr ? one.key : fail("option requires an argument", {letter, 1});
    }
    return fail("illegal option", {letter, 1});
}

} // namespace reeve::chainload
