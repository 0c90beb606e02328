// multilog's patterns: stars and non-stars. A non-star matches itself; a star matches any text without the character
// that follows it in the pattern, so the match never has to go back; a star at the end matches the rest. Pure.
#pragma once

#include <cstring>
#include <string_view>

namespace reeve::logtools {

// Whether `pattern` matches all of `text`.
inline bool matches(std::string_view pattern, std::string_view text) {
    for (;;) {
        if (pattern.empty()) return text.empty();
        char c = pattern.front();
        pattern.remove_prefix(1);
        if (c != '*') {
            if (text.empty() || text.front() != c) return false;
            text.remove_prefix(1);
            continue;
        }
        if (pattern.empty()) return true;
        // A star before a star matches up to a star in the text, as in daemontools.
        std::size_t end = text.find(pattern.front());
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end);
    }
}

} // namespace reeve::logtools
