// The event loop: descriptors, each waited for once at a time, and a few timers on one timerfd. It keeps Boost.Asio,
// which takes long to compile, out of every other source. Nothing wakes up while no descriptor has anything to say and
// no timer is set, and waiting takes no memory: each descriptor brings its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace reeve::depengine {

enum class event : std::uint8_t {
    readable,
    writable,
    closed, // both directions are shut, or there is an error
};

enum class timer : std::uint8_t {
    definitions, // definitions changed, and are read once that has become quiet
    deadlines,   // of requests
    stall,       // a look at what waits without anything going on
    again,       // what could not be done is tried again
};
inline constexpr std::size_t timer_count = 4;

using moment = std::int64_t; // chainload::monotonic_ms()

class loop {
public:
    using handler = std::function<void()>;

    loop();
    ~loop();

    // The descriptor stays the caller's, who must call remove() before closing it. False: no room for it.
    bool add(int fd);
    // Calls `call` once when it is so; replaces what was to be called for this event.
    void when(int fd, event what, handler call);
    void remove(int fd);

    void on_timer(timer which, handler due);
    // Once at `when`; replaces what this timer was set to.
    void set(timer which, moment when);
    void clear(timer which);
    bool is_set(timer which) const;

    void run(); // until stop()
    void stop();

private:
    void ring();

    struct inside;
    std::unique_ptr<inside> inside_;
};

} // namespace reeve::depengine
