#include "chainload/mount_line.hpp"

namespace reeve::chainload {

namespace {
std::string_view cut_field(std::string_view& line) {
    std::size_t end = line.find(' ');
    std::string_view field = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return field;
}
} // namespace

mount_line cut_mount_line(std::string_view line) {
    mount_line one;
    cut_field(line); // its number
    cut_field(line); // and its parent's
    one.device = cut_field(line);
    one.root = cut_field(line);
    one.mount_point = cut_field(line);
    // Options and any number of optional fields, the end of which is "-".
    while (!line.empty() && cut_field(line) != "-") {
    }
    one.type = cut_field(line);
    one.source = cut_field(line);
    return one;
}

char take_unescaped(std::string_view& field) {
    auto digit = [&field](std::size_t at) { return static_cast<unsigned>(field[at] - '0'); };
    bool escaped =
        field.size() >= 4 && field[0] == '\\' && digit(1) < 4 && digit(2) < 8 && digit(3) < 8; // a byte
    char c = escaped ? static_cast<char>(digit(1) << 6 | digit(2) << 3 | digit(3)) : field[0];
    field.remove_prefix(escaped ? 4 : 1);
    return c;
}

bool means(std::string_view field, std::string_view text) {
    for (char c : text)
        if (field.empty() || take_unescaped(field) != c) return false;
    return field.empty();
}

} // namespace reeve::chainload
