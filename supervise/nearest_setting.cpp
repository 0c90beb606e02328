// "Did you mean": the setting whose name is nearest to a misspelt one. Typing errors are what is looked for
// (a letter too many, missing, wrong, or two swapped), not related words.
#include "chainload/text.hpp"
#include "chainload/typing_distance.hpp"
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
} // namespace

std::optional<std::string_view> nearest_setting(std::string_view misspelt) {
    if (misspelt.empty() || misspelt.size() > longest_compared) return std::nullopt;
    chainload::text_buffer<longest_compared + 1> spelt;
    for (char c : misspelt) spelt.add(plain(c));
    // Short names are near to everything: one error in four letters, two in eight, three in more.
    unsigned limit = misspelt.size() <= 4 ? 1 : misspelt.size() <= 8 ? 2 : 3, best = limit + 1;
    std::optional<std::string_view> nearest;
    for (const setting& entry : known_settings()) {
        if (entry.kind == setting_kind::foreign || entry.name.size() > longest_compared) continue;
        // Each letter too many or missing is one error at least.
        std::size_t longer = std::max(misspelt.size(), entry.name.size());
        if (longer - std::min(misspelt.size(), entry.name.size()) >= best) continue;
        unsigned apart = chainload::typing_distance(spelt.view(), entry.name);
        if (apart >= best) continue;
        best = apart;
        nearest = entry.name;
    }
    return nearest;
}

} // namespace reeve::supervise
