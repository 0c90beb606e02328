// Bytes as lower-case hexadecimal digits.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace reeve::chainload {

template <std::size_t N>
constexpr std::array<char, 2 * N> format_hex(const std::array<unsigned char, N>& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::array<char, 2 * N> text;
    for (std::size_t i = 0; i < N; ++i) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return text;
}

// Exactly N bytes, or nothing.
template <std::size_t N>
constexpr std::optional<std::array<unsigned char, N>> parse_hex(std::string_view text) {
    if (text.size() != 2 * N) return std::nullopt;
    std::array<unsigned char, N> bytes{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return std::nullopt;
        bytes[i / 2] = static_cast<unsigned char>(bytes[i / 2] * 16 + digit);
    }
    return bytes;
}

} // namespace reeve::chainload
