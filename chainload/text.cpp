#include "chainload/text.hpp"

#include <charconv>

namespace reeve::chainload {

void text_end::append(char* bytes, std::size_t capacity, std::string_view text) {
    std::size_t room = capacity - 1 - size;
    std::size_t take = text.size() < room ? text.size() : room;
    overflowed = overflowed || take < text.size();
    if (take > 0) std::memcpy(bytes + size, text.data(), take);
    size += take;
    bytes[size] = '\0';
}

void text_end::append_number(char* bytes, std::size_t capacity, std::uint64_t magnitude, bool negative) {
    std::array<char, 24> digits{'-'};
    char* first = digits.data() + 1;
    char* end = std::to_chars(first, digits.data() + digits.size(), magnitude).ptr;
    const char* begin = negative ? digits.data() : first;
    append(bytes, capacity, {begin, static_cast<std::size_t>(end - begin)});
}

} // namespace reeve::chainload
