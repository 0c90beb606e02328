// Just enough JSON (RFC 8259) for a lean program: members of objects, strings that are always valid UTF-8.
#pragma once

#include "tools/output.hpp"

#include <cstdint>

namespace reeve::tools {

// How many bytes at the start of `text` are one valid UTF-8 character (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF); 0 if they are none.
constexpr std::size_t utf8_length(std::string_view text) {
    auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto continues = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    unsigned first = at(0);
    if (text.empty()) return 0;
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        bool shortest = first != 0xe0 || at(1) >= 0xa0, no_surrogate = first != 0xed || at(1) < 0xa0;
        return continues(1) && continues(2) && shortest && no_surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        bool shortest = first != 0xf0 || at(1) >= 0x90, in_range = first != 0xf4 || at(1) < 0x90;
        return continues(1) && continues(2) && continues(3) && shortest && in_range ? 4 : 0;
    }
    return 0;
}

class json_writer {
public:
    explicit json_writer(output& out)
        : out_(out) {}

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }

    // The name of the member that the next value belongs to.
    json_writer& name(std::string_view text) {
        separate();
        quoted(text);
        out_.add(":");
        separated_ = true;
        return *this;
    }
    void null() { literal("null"); }
    void boolean(bool value) { literal(value ? "true" : "false"); }
    void number(std::uint64_t value) {
        separate();
        out_.add(value);
    }
    // Bytes that are not UTF-8 become U+FFFD.
    void string(std::string_view text) {
        separate();
        quoted(text);
    }
    void string_or_null(std::string_view text) {
        if (text.empty()) return null();
        string(text);
    }
    void line_break() { out_.add("\n"); }

private:
    void literal(std::string_view text) {
        separate();
        out_.add(text);
    }
    void open(char bracket) {
        separate();
        out_.add(std::string_view(&bracket, 1));
        separated_ = true;
    }
    void close(char bracket) {
        out_.add(std::string_view(&bracket, 1));
        separated_ = false;
    }
    // A comma, unless this is the first of its kind or follows its name.
    void separate() {
        if (!separated_) out_.add(",");
        separated_ = false;
    }
    void quoted(std::string_view text) {
        out_.add("\"");
        while (!text.empty()) {
            std::size_t length = utf8_length(text);
            unsigned char c = static_cast<unsigned char>(text.front());
            if (length == 0) {
                out_.add("\\ufffd");
            } else if (c == '"' || c == '\\') {
                out_.add("\\").add(text.substr(0, 1));
            } else if (c < 0x20 || c == 0x7f) {
                constexpr char digits[] = "0123456789abcdef";
                const char escaped[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15], '\0'};
                out_.add(escaped);
            } else {
                out_.add(text.substr(0, length));
            }
            text.remove_prefix(length == 0 ? 1 : length);
        }
        out_.add("\"");
    }

    output& out_;
    bool separated_ = true; // nothing that needs a comma has come before
};

} // namespace reeve::tools
