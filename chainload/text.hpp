// text_buffer<N>: builds short texts (paths, numbers, messages) in place, without the heap.
//
// What does not fit is cut, and overflowed() says so: a caller for whom a cut text is wrong (a path) must ask.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace reeve::chainload {

// What does not depend on a buffer's size, so that it is there once and not for each size.
struct text_end {
    std::size_t size = 0;
    bool overflowed = false;

    // `capacity` counts the NUL behind the text.
    void append(char* bytes, std::size_t capacity, std::string_view text);
    void append_number(char* bytes, std::size_t capacity, std::uint64_t magnitude, bool negative);
};

template <std::size_t N>
class text_buffer {
public:
    text_buffer() { bytes_[0] = '\0'; }
    template <class... Parts>
    explicit text_buffer(const Parts&... parts)
        : text_buffer() {
        (add(parts), ...);
    }

    text_buffer& add(std::string_view text) {
        end_.append(bytes_.data(), N, text);
        return *this;
    }
    text_buffer& add(const char* text) { return add(std::string_view(text)); }
    text_buffer& add(char c) { return add(std::string_view(&c, 1)); }
    template <std::integral Number>
    requires(!std::same_as<Number, char> && !std::same_as<Number, bool>) text_buffer& add(Number number) {
        bool negative = number < Number{0};
        auto magnitude = static_cast<std::uint64_t>(number);
        end_.append_number(bytes_.data(), N, negative ? 0 - magnitude : magnitude, negative);
        return *this;
    }

    // Lets write(room, size) add a NUL-terminated text in place (getcwd and the like); false means it did not fit.
    template <class Write>
    text_buffer& add_with(Write&& write) {
        if (write(bytes_.data() + end_.size, N - end_.size))
            end_.size += std::strlen(bytes_.data() + end_.size);
        else
            end_.overflowed = true;
        bytes_[end_.size] = '\0';
        return *this;
    }

    void clear() {
        end_ = {};
        bytes_[0] = '\0';
    }
    bool overflowed() const { return end_.overflowed; }
    std::string_view view() const { return {bytes_.data(), end_.size}; }
    const char* c_str() const { return bytes_.data(); }
    char* data() { return bytes_.data(); }

private:
    // The bytes come last: of a large buffer only the part in use is ever touched.
    text_end end_;
    std::array<char, N> bytes_;
};

} // namespace reeve::chainload
