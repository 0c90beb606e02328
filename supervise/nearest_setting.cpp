// "Did you mean": the setting whose name is nearest to a misspelt one. Typing errors are what is looked for
// (a letter too many, missing, wrong, or two swapped), not related words.
#include "supervise/settings.hpp"

#include <algorithm>

namespace reeve::supervise {

namespace {
constexpr std::size_t longest_compared = 24;

// "Timeout_Kill" and "timeout.kill" are spelt like "timeout-kill".
char plain(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    return c == '_' || c == '.' || c == ' ' ? '-' : c;
}

// Optimal string alignment: the least number of single-letter changes and swaps of neighbours. Both texts are
// at most longest_compared long.
unsigned distance(std::string_view from, std::string_view to) {
    using row = std::array<unsigned, longest_compared + 1>;
    row before{}, above{}, here{};
    for (unsigned column = 0; column <= to.size(); ++column) above[column] = column;
    for (unsigned line = 1; line <= from.size(); ++line) {
        here[0] = line;
        for (unsigned column = 1; column <= to.size(); ++column) {
            bool same = plain(from[line - 1]) == to[column - 1];
            here[column] =
                std::min({above[column] + 1, here[column - 1] + 1, above[column - 1] + (same ? 0 : 1)});
            bool swapped = line > 1 && column > 1 && plain(from[line - 1]) == to[column - 2] &&
                           plain(from[line - 2]) == to[column - 1];
            if (swapped) here[column] = std::min(here[column], before[column - 2] + 1);
        }
        before = above;
        above = here;
    }
    return above[to.size()];
}
} // namespace

std::optional<std::string_view> nearest_setting(std::string_view misspelt) {
    if (misspelt.empty() || misspelt.size() > longest_compared) return std::nullopt;
    // Short names are near to everything: one error in four letters, two in eight, three in more.
    unsigned limit = misspelt.size() <= 4 ? 1 : misspelt.size() <= 8 ? 2 : 3, best = limit + 1;
    std::optional<std::string_view> nearest;
    for (const setting& entry : known_settings()) {
        if (entry.kind == setting_kind::foreign || entry.name.size() > longest_compared) continue;
        // Each letter too many or missing is one error at least.
        std::size_t longer = std::max(misspelt.size(), entry.name.size());
        if (longer - std::min(misspelt.size(), entry.name.size()) >= best) continue;
        unsigned apart = distance(misspelt, entry.name);
        if (apart >= best) continue;
        best = apart;
        nearest = entry.name;
    }
    return nearest;
}

} // namespace reeve::supervise
