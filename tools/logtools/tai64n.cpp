// tai64n: a stamp in front of each line of standard input. What is there is written at once, a line without its end too.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "tools/logtools/log_tool.hpp"
#include "tools/logtools/stamp.hpp"

#include <cstring>

namespace reeve::logtools {

int tai64n(char**) {
    constexpr std::size_t block = 64 * 1024, room = 64 * 1024;
    alignas(4096) static char in[block], out[room + stamp_text::room];
    bool between = true;
    for (;;) {
        ssize_t got = ::read(STDIN_FILENO, in, block);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? 111 : 0;
        auto stamp = make_stamp(stamp_kind::tai64n, chainload::read_clock(CLOCK_REALTIME), 0);
        std::size_t fill = 0;
        for (const char *at = in, *end = in + got; at < end;) {
            const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
            const char* next = newline == nullptr ? end : static_cast<const char*>(newline) + 1;
            std::size_t size = static_cast<std::size_t>(next - at);
            if (fill + size + stamp_text::room > room) {
                if (!chainload::write_all(STDOUT_FILENO, {out, fill})) return 111;
                fill = 0;
            }
            if (between) {
                std::memcpy(out + fill, stamp.bytes.data(), stamp_text::room);
                fill += stamp.size;
            }
            size = std::min(size, room - fill);
            std::memcpy(out + fill, at, size);
            fill += size;
            at += size;
            between = at[-1] == '\n';
        }
        if (!chainload::write_all(STDOUT_FILENO, {out, fill})) return 111;
    }
}

} // namespace reeve::logtools
