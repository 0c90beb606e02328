// Reads the settings of a service directory from disk, and cheaply again: once read, one fstatat of the
// directory and one of each value file tell whether anything changed.
//
// A value that cannot be read or parsed is reported and the last good one stays in force. No heap.
#pragma once

#include "chainload/bit_set.hpp"
#include "chainload/text.hpp"
#include "supervise/settings.hpp"

#include <cstdint>

namespace reeve::supervise {

// One problem: file, line (0: the file as a whole), what is wrong and what is allowed.
struct setting_problem {
    std::string_view file;
    unsigned line;
    std::string_view text;
    std::string_view hint; // "allowed is a number of milliseconds", "did you mean timeout-kill"
};

class settings_reader {
public:
    using report = void (*)(void* to, const setting_problem&);

    // `dir` is the service directory's descriptor, or AT_FDCWD; it must outlive the reader.
    explicit settings_reader(int dir) : dir_(dir) {}

    // Brings `into` up to date: true if anything was read again. Problems are reported when they are first
    // seen, not at every call. `into` must be the same object each time.
    bool refresh(settings& into, report say, void* to);

private:
    struct stamp {
        std::uint64_t inode = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;
        std::int64_t size = 0;
        bool operator==(const stamp&) const = default;
    };
    static constexpr std::size_t most_values = 40; // value files in the table: checked where it is defined
    int dir_;
    stamp directory_{}, hooks_{};
    std::array<stamp, most_values> values_{};
    chainload::bit_set<most_values> present_;
    bool settled_ = false; // the directory had not changed in the last moments when it was read
};

} // namespace reeve::supervise
