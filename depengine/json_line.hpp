// Writes one line of JSON into a string that the caller keeps. Names of members are literals of ours; all other text is
// made valid UTF-8.
#pragma once

#include "chainload/utf8.hpp"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::depengine {

class json_line {
public:
    explicit json_line(std::string& into)
        : into_(into) {}

    // An object or an array, as a member or as an element.
    json_line& object(std::string_view name = {}) { return open(name, '{'); }
    json_line& array(std::string_view name = {}) { return open(name, '['); }
    json_line& end_object() { return close('}'); }
    json_line& end_array() { return close(']'); }

    json_line& member(std::string_view name, std::string_view text) {
        begin(name);
        return quoted(text);
    }
    json_line& member(std::string_view name, const char* text) {
        return member(name, std::string_view(text));
    }
    json_line& member(std::string_view name, std::same_as<bool> auto value) {
        begin(name);
        return literal(value ? "true" : "false");
    }
    template <std::integral Number>
    requires(!std::same_as<Number, bool>) json_line& member(std::string_view name, Number value) {
        begin(name);
        char digits[24];
        return literal({digits, std::to_chars(digits, digits + sizeof digits, value).ptr});
    }
    // Thousandths, as a fraction.
    json_line& thousandths(std::string_view name, std::uint64_t value) {
        begin(name);
        char digits[24];
        literal({digits, std::to_chars(digits, digits + sizeof digits, value / 1000).ptr});
        into_ += '.';
        for (std::uint64_t part : {value / 100 % 10, value / 10 % 10, value % 10})
            into_ += static_cast<char>('0' + part);
        return *this;
    }
    json_line& null(std::string_view name) {
        begin(name);
        return literal("null");
    }
    json_line& text_or_null(std::string_view name, std::string_view text) {
        return text.empty() ? null(name) : member(name, text);
    }
    json_line& element(std::string_view text) {
        begin({});
        return quoted(text);
    }

private:
    void begin(std::string_view name) {
        if (!first_) into_ += ',';
        first_ = false;
        if (name.empty()) return;
        ((into_ += '"') += name) += "\":";
    }
    json_line& open(std::string_view name, char bracket) {
        begin(name);
        into_ += bracket;
        first_ = true;
        return *this;
    }
    json_line& close(char bracket) {
        into_ += bracket;
        first_ = false;
        return *this;
    }
    json_line& literal(std::string_view text) {
        into_ += text;
        return *this;
    }
    json_line& quoted(std::string_view text) {
        into_ += '"';
        while (!text.empty()) {
            std::size_t length = chainload::utf8_length(text);
            auto c = static_cast<unsigned char>(text.front());
            if (length == 0) {
                into_ += "\\ufffd";
            } else if (c == '"' || c == '\\') {
                (into_ += '\\') += text.front();
            } else if (c < 0x20 || c == 0x7f) {
                constexpr char digits[] = "0123456789abcdef";
                ((into_ += "\\u00") += digits[c >> 4]) += digits[c & 15];
            } else {
                into_ += text.substr(0, length);
            }
            text.remove_prefix(length == 0 ? 1 : length);
        }
        into_ += '"';
        return *this;
    }

    std::string& into_;
    bool first_ = true; // nothing that needs a comma has come before
};

} // namespace reeve::depengine
