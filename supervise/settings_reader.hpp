// Reads the settings of a service directory from disk, and cheaply again: once read, one fstatat of the
// directory and one of each value file tell whether anything changed.
//
// A value that cannot be read or parsed is reported and the last good one stays in force. No heap.
#pragma once

#include "chainload/bit_set.hpp"
#include "chainload/text.hpp"
#include "supervise/settings.hpp"

#include <array>
#include <cstdint>
#include <string_view>

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
    explicit settings_reader(int dir)
        : dir_(dir) {}

    // Brings `into` up to date: true if anything was read again. Problems are reported when they are first
    // seen, not at every call. `into` must be the same object each time.
    bool refresh(settings& into, report say, void* to);

private:
    // What tells one state of a file from another. The change time, not the time of modification: it also moves
    // when access rights change, and nothing sets it back.
    // Folded into one number: two states of a file that fold to the same one are not to be expected, and
    // whatever stands once per service is kept small.
    struct stamp {
        std::uint64_t folded = 0;
        bool operator==(const stamp&) const = default;
    };
    using entries = chainload::bit_set<all_settings>; // by place in known_settings()
    struct looked;                                    // what one stat said
    struct listing;                                   // what one pass over the directory found
    struct speaker;                                   // where problems go

    looked look_at(const char* name);
    bool list(const speaker& out, settings& into);
    void apply(const listing& found, const speaker& out, settings& into);
    bool refresh_value(std::size_t at, bool read_anyway, const speaker& out, settings& into);
    void read_hooks(const speaker& out, settings& into);

    int dir_;
    stamp directory_{}, hooks_{}, reported_hooks_{};
    std::array<stamp, value_settings> values_{}, reported_values_{}; // all zero: not there, not reported
    entries present_, reported_;
    bool settled_ = false; // nothing that was read had changed in the moments before
    bool reported_directory_ = false, reported_kinds_ = false;
};

} // namespace reeve::supervise
