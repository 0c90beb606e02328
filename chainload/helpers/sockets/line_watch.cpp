#include "chainload/helpers/sockets/line_watch.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"

#include <array>
#include <cstring>
#include <poll.h>

namespace reeve::chainload {

namespace {
constexpr std::size_t chunk = 4096;
}

bool copy_until_line(int from, int to, std::string_view text, const program_watcher& watcher,
                     std::int64_t deadline_ms) {
    std::array<char, longest_line_text + chunk> buffer;
    std::size_t kept = 0; // bytes of before, which the text may have begun in
    for (;;) {
        pollfd readable{from, POLLIN, 0};
        // The program's end is seen as the end of what it writes: what is in the pipe is not lost.
        if (::poll(&readable, 1, 0) == 0 &&
            watcher.await(deadline_ms, from, POLLIN) == program_watcher::event::deadline)
            return false;
        ssize_t got = ::read(from, buffer.data() + kept, chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        auto size = static_cast<std::size_t>(got);
        if (!write_all(to, std::span(buffer.data() + kept, size))) return false;
        std::string_view seen(buffer.data(), kept + size);
        if (seen.find(text) != std::string_view::npos) return true;
        kept = std::min(seen.size(), text.size() - 1);
        std::memmove(buffer.data(), seen.data() + seen.size() - kept, kept);
    }
}

void copy_rest(int from, int to) {
    constexpr std::size_t at_once = 1 << 20;
    for (;;) {
        ssize_t moved = ::splice(from, nullptr, to, nullptr, at_once, 0);
        if (moved == 0 || (moved < 0 && errno != EINTR)) break;
    }
    // What splice cannot write to, a file opened for appending or a terminal, is written to; otherwise this is the end.
    std::array<char, chunk> buffer;
    for (;;) {
        ssize_t got = ::read(from, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || !write_all(to, std::span(buffer.data(), static_cast<std::size_t>(got)))) return;
    }
}

} // namespace reeve::chainload
