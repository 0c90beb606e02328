// How far the input has come into the logs, in a page of memory that outlives this process: the file `pending` of the
// first log's directory, mapped. A process that is killed at any instruction is continued by the next one where it was:
// what it had looked at and not taken is still in the pipe, and the page says how much of it each log already has.
//
//   begin(bytes, stamp)   these bytes, with this stamp, are about to go into the logs (whose sizes are noted)
//   commit()              they are there, and so is the new line state; said by one store, when they were taken
//
// It is about SIGKILL, not about outages: a page of another boot says nothing, and there is no pipe left anyway.
#pragma once

#include "tools/logtools/input.hpp"
#include "tools/logtools/line_feed.hpp"

#include <array>

namespace reeve::logtools {

struct log_position {
    std::uint64_t inode = 0, bytes = 0; // of `current`
};

// What the page says of the predecessor's end.
enum class legacy {
    none,      // nothing: it ended in order, or in another boot, or was given another script
    elsewhere, // killed, but what it read from is gone: the line that it was in has no end
    complete,  // killed: all that was taken from the pipe is in the logs
    repeat,    // killed: the bytes at the begin of the pipe are in part in the logs
};

class journal {
public:
    // Maps `directory`'s file; without one (or with no directory, -1) the page lasts as long as this process.
    void open(int directory, const script& words, const input& from);
    // May be called once, before the first begin(). After `repeat`, in_flight() and stamp() say what to repeat, and
    // positions() where each log was then.
    legacy look_back(const input& from);

    // As of the predecessor, or of the last begin().
    std::span<log_position> positions() { return page_->positions; }
    const stamp_text& stamp() const { return page_->stamp; }
    std::size_t in_flight() const { return static_cast<std::size_t>(page_->word >> 2); }
    // Whether what is at the begin of the input are the bytes that were in flight.
    bool is_in_flight(std::span<const char> bytes) const;
    // They were taken: their end was reached, only the last store is missing.
    void adopt();

    line_state& state() { return page_->states[page_->word & 1]; }
    // A copy of it, to be changed while the bytes go into the logs.
    line_state& next_state();
    void begin(std::span<const char> bytes, const stamp_text& stamp);
    void commit();
    // Nothing is under way: the page may leave our memory. It comes back when it is looked at.
    void release();
    // An end in order: the next process starts afresh.
    void close();

private:
    struct page {
        std::array<char, 8> magic;
        std::array<char, 36> boot;
        std::uint64_t device, inode, script;
        std::uint64_t
            word; // which of the states holds (bit 0), whether bytes are in flight (bit 1), and how many
        std::uint64_t fingerprint;
        stamp_text stamp;
        std::array<log_position, most_logs> positions;
        std::array<line_state, 2> states;
    };
    static_assert(sizeof(page) <= 4096);

    page* page_ = nullptr;
    bool inherited_ = false, mapped_ = false;
};

} // namespace reeve::logtools
