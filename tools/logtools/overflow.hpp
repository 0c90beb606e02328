// Lines that a full disk does not take, for a log that drops the oldest of them (D). The memory is there only while
// there are such lines. What was dropped is counted, and said in the log where the lines are missing.
#pragma once

#include "chainload/text.hpp"

#include <cstdint>
#include <span>

namespace reeve::logtools {

class overflow {
public:
    static constexpr std::size_t most = 1024 * 1024;
    using gap_line = chainload::text_buffer<128>;

    bool active() const { return memory_ != nullptr; }
    // Takes `bytes`, dropping whole lines from the front as far as needed. `in_line`: the file ends within a line whose
    // rest these bytes begin with (looked at for the first bytes only).
    void add(std::span<const char> bytes, bool in_line);
    // What is to be written next; begins with the gap line once lines were dropped.
    std::span<const char> front();
    void written(std::size_t bytes);
    std::uint64_t dropped() const { return dropped_; }

private:
    void make_room(std::size_t wanted);

    char* memory_ = nullptr;
    std::size_t begin_ = 0, end_ = 0;
    std::uint64_t dropped_ = 0; // since the last gap line
    gap_line gap_;
    std::size_t gap_written_ = 0;
    std::uint64_t in_gap_ = 0; // lines that gap_ tells of
    bool in_line_ = false;     // the front is the rest of a line whose begin is in the file
    bool cut_ = false;         // … which was dropped: what is in the file gets a newline first
};

} // namespace reeve::logtools
