#include "tools/logtools/overflow.hpp"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>

namespace reeve::logtools {

// Drops a quarter at least: that way what is left is moved seldom.
void overflow::make_room(std::size_t wanted) {
    std::size_t least = std::max(wanted, most / 4);
    std::size_t from = begin_;
    while (from < end_ && from - begin_ < least) {
        const void* newline = std::memchr(memory_ + from, '\n', end_ - from);
        from = newline == nullptr ? end_
                                  : static_cast<std::size_t>(static_cast<const char*>(newline) - memory_) + 1;
        ++dropped_;
    }
    if (in_line_) cut_ = true;
    in_line_ = false;
    std::memmove(memory_, memory_ + from, end_ - from);
    end_ -= from;
    begin_ = 0;
}

void overflow::add(std::span<const char> bytes, bool in_line) {
    if (memory_ == nullptr) {
        void* at = ::mmap(nullptr, most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED) { // no memory either: then the newest are what is dropped
            dropped_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
            return;
        }
        memory_ = static_cast<char*>(at);
        begin_ = end_ = 0;
        in_line_ = in_line;
    }
    if (end_ + bytes.size() > most && begin_ > 0) {
        std::memmove(memory_, memory_ + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ + bytes.size() > most) make_room(end_ + bytes.size() - most);
    std::memcpy(memory_ + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
}

std::span<const char> overflow::front() {
    if (dropped_ > 0 && gap_written_ == 0) {
        gap_.clear();
        if (cut_) gap_.add('\n');
        in_gap_ = dropped_;
        gap_.add("multilog: the disk was full: ").add(dropped_).add(" lines are missing here\n");
    }
    if (dropped_ > 0) return {gap_.c_str() + gap_written_, gap_.view().size() - gap_written_};
    return {memory_ + begin_, end_ - begin_};
}

void overflow::written(std::size_t bytes) {
    if (bytes == 0) return;
    if (dropped_ > 0) {
        gap_written_ += bytes;
        if (gap_written_ < gap_.view().size()) return;
        dropped_ -= in_gap_; // more may have gone meanwhile: another gap line then follows
        gap_written_ = 0;
        cut_ = false;
    } else {
        begin_ += bytes;
        in_line_ = memory_[begin_ - 1] != '\n';
    }
    if (begin_ < end_ || memory_ == nullptr) return;
    ::munmap(memory_, most);
    memory_ = nullptr;
}

} // namespace reeve::logtools
