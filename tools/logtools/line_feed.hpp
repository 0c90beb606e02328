// Input bytes -> what each log gets: lines are split, stamped, matched against the script's patterns and put into the
// logs' buffers, up to the byte at which one of them has to be rotated. Pure: the same state, bytes and stamp give the
// same output, which is what a start after SIGKILL relies on (journal.hpp).
//
// Of a line only what patterns see is ever held back, so a line may have any length.
#pragma once

#include "tools/logtools/script.hpp"
#include "tools/logtools/stamp.hpp"

#include <cstring>
#include <span>

namespace reeve::logtools {

// Where the input stands within a line. Lies in shared memory: plain bytes only.
struct line_state {
    // between: at the begin of a line. held: undecided, in `held`. draining: decided, `held` goes out from `drained`.
    // passing: decided, the rest of the line goes out as it comes.
    enum class stage : unsigned char { between, held, draining, passing };
    stage at = stage::between;
    bool ends = false;      // draining: the line's newline is part of `held`
    std::uint16_t size = 0; // of `held`
    std::uint16_t drained = 0;
    std::uint32_t chosen = 0; // bit i: log i gets this line
    std::array<char, matched_bytes + 1 + stamp_text::room> held{};
};

// What a log has in memory, and how far its file has come.
struct log_buffer {
    static constexpr std::size_t slack = stamp_text::room; // bytes behind `capacity` that may be written to
    char* data = nullptr;
    std::size_t capacity = 0, fill = 0;
    std::uint64_t bytes = 0; // of `current`, with what is in the buffer
    std::uint64_t size = 0;  // its largest
    bool at_newline = true;  // the last byte was one

    std::size_t room() const {
        std::uint64_t left = size > bytes ? size - bytes : 0;
        return left < capacity - fill ? static_cast<std::size_t>(left) : capacity - fill;
    }
    // At its size, or a newline within its last 2000 bytes.
    bool wants_rotation() const { return bytes >= size || (at_newline && bytes + 2000 >= size); }
    void put(std::span<const char> text) {
        std::memcpy(data + fill, text.data(), text.size());
        fill += text.size();
        bytes += text.size();
        at_newline = text.back() == '\n';
    }
};

// What happens with a chosen line besides going into logs.
class line_effects {
public:
    // The line as far as patterns see it, stamp included, without a newline.
    virtual void alert(std::string_view line) = 0;
    virtual void show_status(unsigned file, std::string_view line) = 0;

protected:
    ~line_effects() = default;
};

class line_feed {
public:
    // `logs`: one buffer for each log of the script, each with room for at least a stamp and a byte.
    line_feed(const script& words, std::span<log_buffer> logs, line_effects& effects)
        : words_(words)
        , logs_(logs)
        , effects_(effects) {}

    // Takes bytes until all are taken, a buffer is full, or a log wants rotation; returns how many it took. It may
    // have to be called again after the last byte: until drained(state).
    std::size_t feed(std::span<const char> bytes, const stamp_text& stamp, line_state& state);
    // Nothing that was taken is left to go into the buffers.
    static bool drained(const line_state& state) { return state.at != line_state::stage::draining; }
    // The input has ended, or no more of this line will come in time: decides the line that is held back. `ends`:
    // and ends it with a newline, also one that is passing. feed() with no bytes drains it.
    void decide(line_state& state, bool ends);

private:
    void begin_line(const stamp_text& stamp, line_state& state) const;
    std::size_t hold(std::span<const char> bytes, line_state& state);
    bool drain(line_state& state);
    std::size_t pass(std::span<const char> bytes, line_state& state);
    std::size_t pass_lines(std::span<const char> bytes, const stamp_text& stamp);
    bool must_stop() const;

    const script& words_;
    std::span<log_buffer> logs_;
    line_effects& effects_;
};

} // namespace reeve::logtools
