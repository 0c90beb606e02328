// text_buffer<N>: builds short texts (paths, numbers, messages) in place, without the heap.
//
// What does not fit is cut, and overflowed() says so: a caller for whom a cut text is wrong (a path) must ask.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace reeve::chainload {

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
        std::size_t room = N - 1 - size_;
        std::size_t take = text.size() < room ? text.size() : room;
        overflowed_ = overflowed_ || take < text.size();
        if (take > 0) std::memcpy(bytes_.data() + size_, text.data(), take);
        size_ += take;
        bytes_[size_] = '\0';
        return *this;
    }
    text_buffer& add(const char* text) { return add(std::string_view(text)); }
    text_buffer& add(char c) { return add(std::string_view(&c, 1)); }
    template <std::integral Number>
    requires(!std::same_as<Number, char> && !std::same_as<Number, bool>) text_buffer& add(Number number) {
        std::array<char, 24> digits;
        auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    }

    // Lets write(room, size) add a NUL-terminated text in place (getcwd and the like); false means it did not fit.
    template <class Write>
    text_buffer& add_with(Write&& write) {
        if (write(bytes_.data() + size_, N - size_))
            size_ += std::strlen(bytes_.data() + size_);
        else
            overflowed_ = true;
        bytes_[size_] = '\0';
        return *this;
    }

    void clear() {
        size_ = 0;
        overflowed_ = false;
        bytes_[0] = '\0';
    }
    bool overflowed() const { return overflowed_; }
    std::string_view view() const { return {bytes_.data(), size_}; }
    const char* c_str() const { return bytes_.data(); }
    char* data() { return bytes_.data(); }

private:
    // The bytes come last: of a large buffer only the part in use is ever touched.
    std::size_t size_ = 0;
    bool overflowed_ = false;
    std::array<char, N> bytes_;
};

} // namespace reeve::chainload
