// Merging the lines of several logs by time. Pure: a source is whatever yields lines in its own order.
//
// The order within a source is never changed, so a line without a stamp keeps its place. One line per source is
// held, no more.
#pragma once

#include "tools/svctl/time_text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reeve::svctl {

struct log_line {
    moment when;          // its stamp's, else that of the line before it
    bool stamped = false; // text begins with a stamp of so many characters, and a blank
    std::size_t stamp_size = 0;
    std::string text; // as it stands in the file, without the newline
};

class line_source {
public:
    virtual ~line_source() = default;
    // The next line; nothing if there is none now (there may be later).
    virtual std::optional<log_line> next() = 0;
};

class log_merge {
public:
    // The number by which next() and wake() know the source, from 0. It must outlive the merge.
    std::size_t add(line_source& source);
    // A source that had no more lines may have some again.
    void wake(std::size_t source);
    // The earliest line of all that are there, and its source; nothing when all sources have none.
    std::optional<std::pair<std::size_t, log_line>> next();

private:
    struct head {
        std::size_t source;
        log_line line;
    };
    static bool later(const head& a, const head& b);

    std::vector<line_source*> sources_;
    std::vector<std::size_t> to_ask_; // have no line in heads_, and may have one
    std::vector<bool> asleep_;
    std::vector<head> heads_; // a heap, the earliest first
};

} // namespace reeve::svctl
