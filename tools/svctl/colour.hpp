// Colours of the terminal, and whether to use them: --color, else NO_COLOR (no-color.org), else a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::svctl {

enum class colour : std::uint8_t { none, bold, dim, red, green, yellow, blue, magenta, cyan };
enum class colour_choice : std::uint8_t { automatic, always, never };

// `text` between the sequences of `with`, or as it is if `on` is false.
std::string paint(std::string_view text, colour with, bool on);

// Where the output goes. Width 0: nothing is to be cut (a file, a pipe).
struct terminal {
    bool colours = false;
    bool interactive = false;
    unsigned width = 0;
};
terminal look_at_output(int fd, colour_choice choice);

} // namespace reeve::svctl
