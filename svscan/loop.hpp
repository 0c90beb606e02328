// The event loop: descriptors that become readable and a few timers. It keeps Boost.Asio, which takes long to
// compile, out of every other source. Nothing wakes up while no descriptor is readable and no timer is set.
#pragma once

#include "svscan/tree_events.hpp"

#include <functional>
#include <memory>

namespace reeve::svscan {

enum class timer : std::uint8_t { tree, zombies, rescan, retry };

class loop {
public:
    using handler = std::function<void()>;

    loop();
    ~loop();

    // Calls `readable` whenever `fd` is, until remove(fd); the descriptor stays the caller's. False: no room for it.
    bool add(int fd, handler readable);
    void remove(int fd);

    // Calls `due` once at `when`, by the monotonic clock; replaces what this timer was set to.
    void set(timer which, moment when, handler due);
    void clear(timer which);

    void run();
    void stop();

private:
    struct inside;
    std::unique_ptr<inside> inside_;
};

} // namespace reeve::svscan
