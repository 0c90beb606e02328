// How often something may be done: at most five times in ten seconds. The time is given, never asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace reeve::depengine {

class rate_limit {
public:
    static constexpr std::size_t most = 5;
    static constexpr std::int64_t period_ms = 10'000;

    // Whether it may be done at `now` (ms, of one clock); if so it counts as done.
    bool allow(std::int64_t now) {
        std::int64_t& oldest = done_[next_];
        if (count_ == most && now - oldest < period_ms) return false;
        oldest = now;
        next_ = (next_ + 1) % most;
        if (count_ < most) ++count_;
        return true;
    }

private:
    std::array<std::int64_t, most> done_{}; // a ring; next_ is the oldest once it is full
    std::size_t next_ = 0, count_ = 0;
};

} // namespace reeve::depengine
