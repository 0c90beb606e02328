#include "chainload/helpers/environment/variable_file.hpp"

#include <algorithm>

namespace reeve::chainload {

std::string_view variable_value(std::span<char> content) {
    std::string_view text(content.data(), content.size());
    text = text.substr(0, text.find('\n'));
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    std::replace(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(text.size()), '\0', '\n');
    return text;
}

std::string_view strict_complaint(std::string_view name, std::string_view content) {
    if (content.empty()) return {};
    std::string_view line = content.substr(0, content.find('\n'));
    return name.find('=') != std::string_view::npos      ? "its name has a ="
           : line.size() + 1 < content.size()            ? "more than one line"
           : line.find('\0') != std::string_view::npos   ? "a NUL byte"
           : line.ends_with(' ') || line.ends_with('\t') ? "a blank at the end of the line"
                                                         : "";
}

} // namespace reeve::chainload
