// What lives below a helper that stays: as a child subreaper it inherits every descendant whose parent has ended, so
// that all of them can be found and waited for, also those that left the session.
#pragma once

#include "chainload/result.hpp"

#include <array>
#include <cstddef>
#include <sys/types.h>

namespace reeve::chainload {

class adopted_children {
public:
    // From now on orphans below become children of this process. The children that it has already are counted as
    // somebody else's: programs that an earlier link of the chain has started.
    result<void> begin();
    // As begin, but those children count as well.
    result<void> begin_with_all();

    // Sends `signal` to each child, 0 to none, but those of process group `told`, which had it already. How many children
    // there are, unreaped ones included. Without /proc none.
    std::size_t signal_all(int signal, pid_t told = 0) const;

private:
    static constexpr std::size_t most = 128;
    std::array<pid_t, most> before_;
    std::size_t before_count_ = 0;
};

} // namespace reeve::chainload
