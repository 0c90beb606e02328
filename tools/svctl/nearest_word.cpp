#include "tools/svctl/nearest_word.hpp"

#include <algorithm>
#include <vector>

namespace reeve::svctl {

namespace {
std::size_t common_beginning(std::string_view a, std::string_view b) {
    auto differing = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(differing.first - a.begin());
}
} // namespace

std::size_t typing_distance(std::string_view a, std::string_view b) {
    // Three rows of the usual matrix: a swap looks two rows back.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

std::optional<std::string> nearest_word(std::string_view mistyped, std::span<const std::string> known) {
    const std::string* nearest = nullptr;
    std::size_t least = std::max<std::size_t>(1, mistyped.size() / 3) + 1;
    std::size_t most_common = 0;
    for (const std::string& word : known) {
        std::size_t distance = typing_distance(mistyped, word), common = common_beginning(mistyped, word);
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
