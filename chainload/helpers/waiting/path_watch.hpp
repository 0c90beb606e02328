// Learns that something may have changed at some paths, whether they exist or not, by inotify(7): every directory on
// the way to a path is watched as far as there is one, through symlinks too, and what is there at its end.
//
// A directory is watched before what is in it is looked at, so nothing slips between; and events of other names in the
// same directories wake no one up. That a file system was mounted over a part of the way is learnt from mountinfo.
#pragma once

#include "chainload/bit_set.hpp"
#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace reeve::chainload {

class path_watch {
public:
    result<void> open();

    // A round: begin_round, follow each path, then look, then wait. What an earlier round has watched and this one
    // has not is let go.
    void begin_round();
    // The watch on what is at the path's end; `nothing` if there is nothing. With `content` what is in it counts.
    static constexpr int nothing = -1;
    result<int> follow(std::string_view path, bool content);
    void end_round();

    // Until something may have changed; false: `deadline_ms` (monotonic, negative for none) has passed.
    result<bool> wait(std::int64_t deadline_ms);
    // Whether what is at the path's end was written to, as the last wait has seen.
    bool is_touched(int watch) const;

private:
    struct watched {
        int number;
        bool current, any_name, touched;
    };

    result<int> add(const char* path, std::uint32_t events, bool any_name);
    result<int> add_end(const char* path, bool content);
    bool read_events();
    bool concerns_us(int number, std::uint32_t mask, std::string_view name);

    unique_fd inotify_, mounts_;
    std::array<watched, 512> watches_;
    std::size_t count_ = 0;
    bit_set<1024> names_; // hashes of the names on the ways
};

} // namespace reeve::chainload
