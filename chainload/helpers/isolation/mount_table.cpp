#include "chainload/helpers/isolation/mount_table.hpp"

#include "chainload/file.hpp"

#include <span>

namespace reeve::chainload {

namespace {
std::string_view cut_word(std::string_view& text) {
    std::size_t end = text.find(' ');
    std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return word;
}

// Blanks, newlines and backslashes stand there as three octal digits behind a backslash.
void add_unescaped(std::string_view word, path_text& into) {
    auto digit = [](char c) { return c >= '0' && c <= '7'; };
    while (!word.empty()) {
        bool escaped =
            word.size() >= 4 && word[0] == '\\' && digit(word[1]) && digit(word[2]) && digit(word[3]);
        into.add(escaped ? static_cast<char>((word[1] - '0') * 64 + (word[2] - '0') * 8 + (word[3] - '0'))
                         : word[0]);
        word.remove_prefix(escaped ? 4 : 1);
    }
}
} // namespace

result<std::string_view> read_mount_table(arena& memory) {
    constexpr const char* step = "read the table of mounts";
    for (std::size_t size = 64 * 1024;; size *= 4) {
        char* room = memory.take(size);
        if (room == nullptr) return failure{ENOMEM, step};
        auto text = read_whole_at(AT_FDCWD, "/proc/self/mountinfo", std::span(room, size), step);
        if (text || text.why().error != E2BIG) return text;
    }
}

mount_entry next_mount(std::string_view& table) {
    std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(line.size() < table.size() ? line.size() + 1 : line.size());
    mount_entry one;
    for (int field = 1; field < 4; ++field) cut_word(line);
    add_unescaped(cut_word(line), one.root);
    add_unescaped(cut_word(line), one.mount_point);
    // Options and any number of optional fields, the end of which is "-".
    while (!line.empty() && cut_word(line) != "-") {
    }
    one.type = cut_word(line);
    return one;
}

} // namespace reeve::chainload
