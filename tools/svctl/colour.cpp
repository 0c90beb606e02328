#include "tools/svctl/colour.hpp"

#include "chainload/number.hpp"

#include <array>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace reeve::svctl {

namespace {
// SGR parameters of ECMA-48, by colour.
constexpr std::array<std::string_view, 9> parameters{"0", "1", "2", "31", "32", "33", "34", "35", "36"};

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}
} // namespace

std::string paint(std::string_view text, colour with, bool on) {
    if (!on || with == colour::none || text.empty()) return std::string(text);
    std::string painted = "\x1b[";
    painted.append(parameters[static_cast<std::size_t>(with)]).append("m").append(text).append("\x1b[0m");
    return painted;
}

terminal look_at_output(int fd, colour_choice choice) {
    terminal found;
    found.interactive = ::isatty(fd) == 1;
    bool wanted = found.interactive && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    found.colours = choice == colour_choice::always || (choice == colour_choice::automatic && wanted);
    if (!found.interactive) return found;
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) found.width = size.ws_col;
    if (auto columns = chainload::parse_number<unsigned>(variable("COLUMNS")); columns && *columns > 0)
        found.width = *columns;
    if (found.width == 0) found.width = 80;
    return found;
}

} // namespace reeve::svctl
