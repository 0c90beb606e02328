// bit_set<N>: a fixed set of small numbers. std::bitset needs std::string, which lean programs do without.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace reeve::chainload {

template <std::size_t N>
class bit_set {
public:
    constexpr void add(std::size_t member) {
        if (member < N) words_[member / 64] |= std::uint64_t{1} << (member % 64);
    }
    constexpr void clear() { words_ = {}; }
    constexpr bool has(std::size_t member) const {
        return member < N && (words_[member / 64] >> (member % 64) & 1) != 0;
    }
    constexpr bool operator==(const bit_set&) const = default;

private:
    std::array<std::uint64_t, (N + 63) / 64> words_{};
};

// The set of the given numbers.
template <std::size_t N, class... Members>
constexpr bit_set<N> bits_of(Members... members) {
    bit_set<N> set;
    (set.add(static_cast<std::size_t>(members)), ...);
    return set;
}

} // namespace reeve::chainload
