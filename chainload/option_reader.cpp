#include "chainload/option_reader.hpp"

namespace reeve::chainload {

char option_reader::next() {
    if (*inside_ == '\0') {
        if (*next_ == nullptr || (*next_)[0] != '-' || (*next_)[1] == '\0') return end;
        inside_ = *next_++ + 1;
        if (*inside_ == '-') {
            inside_ = "";
            return end;
        }
    }
    letter_ = *inside_++;
    std::size_t known = letter_ == ':' ? std::string_view::npos : letters_.find(letter_);
    if (known == std::string_view::npos) return fail("illegal option -- ");
    if (letters_.substr(known + 1).starts_with(':')) {
        value_ = *inside_ != '\0' ? inside_ : *next_ != nullptr ? *next_++ : nullptr;
        inside_ = "";
        if (value_ == nullptr) return fail("option requires an argument -- ");
    }
    return letter_;
}

text_buffer<128> option_reader::complaint() const {
    if (problem_.empty()) return {};
    return text_buffer<128>(program_name(arguments_[0]).substr(0, 64), ": ", problem_, letter_, '\n');
}

} // namespace reeve::chainload
