// Lengths of time as people write and read them: "5s", "300ms", "1h30m"; "4.2s", "3m 5s", "2h 14m". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reeve::svctl {

// Milliseconds. Units: ms s m h d w, several may follow each other; a bare number is seconds ("0.5" too).
// Nothing if the text is no duration or does not fit.
std::optional<std::int64_t> parse_duration(std::string_view text);

// At most two units, so that the width stays small: "350ms" "4.2s" "42s" "3m 5s" "2h 14m" "5d 3h" "41d".
// A negative length (the clock was set back) reads "0s".
std::string duration_words(std::int64_t milliseconds);

} // namespace reeve::svctl
