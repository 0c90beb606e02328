// Numbers as they stand in setting files and arguments: decimal digits only.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace reeve::chainload {

// Blanks and tabs around `text`, and one newline after it, cut off.
inline std::string_view trim_blanks(std::string_view text) {
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// All of `text` as a decimal number: no sign, no blanks, no overflow. Else nothing.
template <std::unsigned_integral Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 10);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace reeve::chainload
