#include "tools/svctl/log_text.hpp"

#include "tools/svctl/display_width.hpp"

#include <array>
#include <cstdint>

namespace reeve::svctl {

std::string_view text_of(const log_line& line) {
    std::string_view text = line.text;
    if (!line.stamped) return text;
    text.remove_prefix(line.stamp_size);
    if (text.starts_with(' ')) text.remove_prefix(1);
    return text;
}

colour colour_of_name(std::string_view name) {
    constexpr std::array<colour, 5> palette{colour::cyan, colour::green, colour::yellow, colour::magenta,
                                            colour::blue};
    std::uint32_t sum = 2166136261u; // FNV-1a
    for (char c : name) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619u;
    return palette[sum % palette.size()];
}

std::string log_text(std::string_view service, const log_line& line, const log_style& style) {
    std::string shown;
    if (!style.raw) {
        std::string time = readable_time(line.when, style.in);
        if (!line.stamped) time.assign(time.size(), ' ');
        shown += paint(time, line.stamped ? colour::dim : colour::none, style.colours) + ' ';
    }
    std::size_t width = service.size();
    std::string fill(style.name_width > width ? style.name_width - width : 0, ' ');
    shown += paint(service, colour_of_name(service), style.colours);
    shown += ": " + fill;
    std::string_view text = style.raw ? std::string_view(line.text) : text_of(line);
    shown += style.for_terminal ? safe_to_show(text, style.colours) : std::string(text);
    // A line that changes the colour must not change that of the next one.
    if (style.colours && text.find('\x1b') != std::string_view::npos) shown += "\x1b[0m";
    return shown + "\n";
}

} // namespace reeve::svctl
