#include "tools/svctl/nearest_word.hpp"

#include "chainload/typing_distance.hpp"

#include <algorithm>

namespace reeve::svctl {

namespace {
std::size_t common_beginning(std::string_view a, std::string_view b) {
    auto differing = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(differing.first - a.begin());
}
} // namespace

std::optional<std::string> nearest_word(std::string_view mistyped, std::span<const std::string> known) {
    const std::string* nearest = nullptr;
    std::size_t least = std::max<std::size_t>(1, mistyped.size() / 3) + 1;
    std::size_t most_common = 0;
    for (const std::string& word : known) {
        std::size_t distance = chainload::typing_distance(mistyped, word),
                    common = common_beginning(mistyped, word);
        if (distance > least || (distance == least && (!nearest || common <= most_common))) continue;
        least = distance;
        most_common = common;
        nearest = &word;
    }
    if (nearest) return *nearest;
    if (mistyped.size() < 2) return std::nullopt;
    std::size_t beginning_so = 0;
    for (const std::string& word : known) {
        if (!std::string_view(word).starts_with(mistyped)) continue;
        nearest = &word;
        ++beginning_so;
    }
    return beginning_so == 1 ? std::optional(*nearest) : std::nullopt;
}

std::string did_you_mean(std::string_view mistyped, std::span<const std::string> known) {
    auto nearest = nearest_word(mistyped, known);
    return nearest ? ", did you mean " + *nearest + "?" : std::string{};
}

} // namespace reeve::svctl
