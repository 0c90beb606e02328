// when-readable [-f FD|NAME] [-t DURATION] PROGRAM …: waits until the first connection or datagram is there on one of the
// listening descriptors, and leaves it to PROGRAM to take it. Exit code 99: nothing came in that time.
#include "chainload/clock.hpp"
#include "chainload/duration.hpp"
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/sockets/listeners.hpp"
#include "chainload/option_reader.hpp"

#include <algorithm>
#include <climits>
#include <poll.h>
#include <span>

namespace reeve::chainload {

namespace {
constexpr int nothing_came = 99;

// As ppoll, and signals that do not end us do not lengthen the wait.
int await_any(std::span<pollfd> watched, std::optional<std::int64_t> limit_ms) {
    std::int64_t deadline = limit_ms ? monotonic_ms() + *limit_ms : 0;
    for (;;) {
        int wait =
            limit_ms ? static_cast<int>(std::clamp<std::int64_t>(deadline - monotonic_ms(), 0, INT_MAX)) : -1;
        int ready = ::poll(watched.data(), watched.size(), wait);
        if (ready > 0 || (ready < 0 && errno != EINTR)) return ready;
        if (ready == 0 && monotonic_ms() >= deadline) return 0;
    }
}
} // namespace

next run_when_readable(char** arguments, process& self) {
    const char* chosen = nullptr;
    std::optional<std::int64_t> limit_ms;
    option_reader options(arguments, "f:t:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        if (option == 'f') chosen = options.value();
        if (option == 't') {
            limit_ms = parse_duration(options.value());
            if (!limit_ms || *limit_ms > INT64_MAX / 2) return self.wrong_usage("-t: 300ms, 5s, 2m, 1h\n");
        }
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    listeners given(self);
    if (!given.is_sound()) return given.problem();
    std::array<pollfd, most_listeners> watched;
    std::size_t count = given.count();
    for (std::size_t i = 0; i < count; ++i) watched[i] = {first_listener + static_cast<int>(i), POLLIN, 0};
    if (chosen != nullptr) {
        watched[0].fd = given.find(chosen);
        if (watched[0].fd < 0) return self.fatal("no listening descriptor is called ", chosen);
        watched[0].events = POLLIN;
        count = 1;
    }
    if (count == 0)
        return self.fatal("there is no listening descriptor: LISTEN_FDS is not set for this process");
    int ready = await_any({watched.data(), count}, limit_ms);
    if (ready < 0) return self.unable(errno, "wait for a connection");
    if (ready == 0) return self.done(nothing_came);
    for (std::size_t i = 0; i < count; ++i)
        if ((watched[i].revents & POLLNVAL) != 0)
            return self.unable(EBADF, "wait on descriptor ", watched[i].fd);
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
