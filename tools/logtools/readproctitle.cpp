// readproctitle WORD… .....: the last words of standard input in this process's own last argument, for ps(1) to show.
// Three dots stay at its left; newlines are shown as they are; NUL bytes would cut it and are left out.
#include "chainload/file.hpp"
#include "tools/logtools/log_tool.hpp"

#include <cerrno>
#include <cstring>

namespace reeve::logtools {

int readproctitle(char** arguments) {
    constexpr std::size_t least = 5, dots = 3;
    std::size_t count = 0;
    while (arguments[count + 1] != nullptr) ++count;
    std::size_t size = count == 0 ? 0 : std::strlen(arguments[count]);
    if (size < least) {
        (void)chainload::write_all(
            STDERR_FILENO, std::string_view("readproctitle: usage: readproctitle [WORD ...] .....\n"));
        return 100;
    }
    char* text = arguments[count] + dots;
    size -= dots;
    std::memset(arguments[count], '.', dots + size);
    alignas(4096) static char in[4096];
    for (;;) {
        ssize_t got = ::read(STDIN_FILENO, in, sizeof in);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? 111 : 0;
        std::size_t kept = 0;
        for (ssize_t i = 0; i < got; ++i)
            if (in[i] != '\0') in[kept++] = in[i];
        const char* from = in;
        if (kept > size) {
            from += kept - size;
            kept = size;
        }
        std::memmove(text, text + kept, size - kept);
        std::memcpy(text + size - kept, from, kept);
    }
}

} // namespace reeve::logtools
