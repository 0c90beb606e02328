// "Did you mean": the known word nearest to a mistyped one. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace reeve::svctl {

// The nearest word that is near enough to be meant: at most a third of the letters differ, or the mistyped
// word is the beginning of only that one. Among equals the one with the longest beginning in common.
std::optional<std::string> nearest_word(std::string_view mistyped, std::span<const std::string> known);

// ", did you mean WORD?" or nothing: the end of a message.
std::string did_you_mean(std::string_view mistyped, std::span<const std::string> known);

} // namespace reeve::svctl
