#include "chainload/typing_distance.hpp"

#include <algorithm>
#include <array>

namespace reeve::chainload {

namespace {
constexpr std::size_t longest_compared = 128;
}

unsigned typing_distance(std::string_view from, std::string_view to) {
    from = from.substr(0, longest_compared);
    to = to.substr(0, longest_compared);
    // Three rows of the usual matrix: a swap looks two rows back.
    using row = std::array<unsigned, longest_compared + 1>;
    row before{}, above{}, here{};
    for (unsigned column = 0; column <= to.size(); ++column) above[column] = column;
    for (unsigned line = 1; line <= from.size(); ++line) {
        here[0] = line;
        for (unsigned column = 1; column <= to.size(); ++column) {
            unsigned replaced = above[column - 1] + (from[line - 1] == to[column - 1] ? 0 : 1);
            here[column] = std::min({above[column] + 1, here[column - 1] + 1, replaced});
            bool swapped = line > 1 && column > 1 && from[line - 1] == to[column - 2] &&
                           from[line - 2] == to[column - 1];
            if (swapped) here[column] = std::min(here[column], before[column - 2] + 1);
        }
        before = above;
        above = here;
    }
    return above[to.size()];
}

} // namespace reeve::chainload
