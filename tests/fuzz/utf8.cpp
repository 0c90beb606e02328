// Any bytes as text for people: the readers of UTF-8 agree with one that knows only how code points are written;
// what is made of a text to show or to send has nothing in it that a terminal or a JSON parser takes amiss.
#include "chainload/utf8.hpp"

#include "chainload/helpers/environment/utf8.hpp"
#include "depengine/json_line.hpp"
#include "tests/fuzz/targets.hpp"
#include "tools/svctl/display_width.hpp"

#include <boost/json/parse.hpp>
#include <cstdint>

namespace reeve::tests {

namespace {
std::string written(std::uint32_t point) {
    auto byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    auto more = [&](int shift) { return byte(0x80 | (point >> shift & 0x3f)); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xc0 | point >> 6), more(0)};
    if (point < 0x10000) return {byte(0xe0 | point >> 12), more(6), more(0)};
    return {byte(0xf0 | point >> 18), more(12), more(6), more(0)};
}

// The code point that the text begins with, if it is the one way to write a scalar value.
struct first_point {
    std::uint32_t point = 0;
    std::size_t size = 0; // 0: there is none
};
first_point model(std::string_view text) {
    auto at = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(text[i])}; };
    for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
        std::uint32_t point = size == 1 ? at(0) : at(0) & (0x7fU >> size);
        for (std::size_t i = 1; i < size; ++i) point = point << 6 | (at(i) & 0x3f);
        bool scalar = point < 0xd800 || (point > 0xdfff && point < 0x110000);
        if (scalar && written(point) == text.substr(0, size)) return {point, size};
    }
    return {};
}

bool is_noncharacter(std::uint32_t point) {
    return (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) == 0xfffe;
}

// Counts what is wrong with each byte that begins no character as one.
void check_reading(std::string_view text) {
    bool all_valid = true;
    std::string valid;
    for (std::string_view rest = text; !rest.empty();) {
        first_point first = model(rest);
        must_hold(chainload::utf8_length(rest) == first.size, "one character is one character");
        bool good = first.size > 0;
        all_valid = all_valid && good && !is_noncharacter(first.point);
        valid += good ? rest.substr(0, first.size) : std::string_view("\xef\xbf\xbd");
        rest.remove_prefix(good ? first.size : 1);
    }
    must_hold(chainload::is_utf8(text) == all_valid, "a text is what its characters are");
    must_hold(svctl::as_utf8(text) == valid, "what is none is replaced");
    std::string line;
    depengine::json_line(line).object().member("text", text).end_object();
    must_hold(line.find('\n') == std::string::npos, "a line is one line");
    boost::system::error_code error;
    auto parsed = boost::json::parse(line, error);
    must_hold(!error && parsed.as_object()["text"].as_string() == valid, "what is sent arrives");
}

void check_showing(std::string_view text) {
    for (bool colours : {false, true}) {
        std::string shown = svctl::safe_to_show(text, colours);
        for (std::size_t at = 0; at < shown.size();) {
            first_point first = model(std::string_view(shown).substr(at));
            bool colour = colours && first.point == 0x1b && shown.compare(at, 2, "\x1b[") == 0;
            bool control =
                (first.point < 0x20 && first.point != '\t') || (first.point >= 0x7f && first.point < 0xa0);
            must_hold(first.size > 0 && (!control || colour), "what is shown has no control characters");
            at += first.size;
        }
        must_hold(colours || svctl::safe_to_show(shown) == shown, "what is shown stays as it is");
    }
}

void check_width(std::string_view text) {
    std::size_t width = svctl::display_width(text);
    must_hold(width <= 2 * text.size(), "a byte is at most two columns");
    for (std::size_t most : {std::size_t{0}, std::size_t{1}, std::size_t{7}, width}) {
        std::string cut = svctl::cut_to_width(text, most);
        must_hold(svctl::display_width(cut) <= most, "a cut text fits");
        must_hold(width > most || cut == text, "what fits is not cut");
    }
}
} // namespace

void fuzz_utf8(std::string_view input) {
    check_reading(input);
    check_showing(input);
    check_width(input);
}

} // namespace reeve::tests
