// Just enough JSON (RFC 8259) for a lean program: members of objects, strings that are always valid UTF-8.
#pragma once

#include "chainload/printable.hpp"
#include "tools/output.hpp"

#include <cstdint>

namespace reeve::tools {

using chainload::utf8_length;

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
            } else if (chainload::is_control(text.substr(0, length))) {
                if (length == 2) c = static_cast<unsigned char>(text[1]); // U+0080 to U+009F
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
