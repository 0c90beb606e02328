// tai64nlocal: a TAI64N stamp that begins a line of standard input is shown as local time,
// "2026-11-21 21:43:51.123456789". Other lines pass as they are. What is there is written at once.
#include "chainload/file.hpp"
#include "chainload/message.hpp"
#include "tools/logtools/log_tool.hpp"
#include "tools/logtools/old_name.hpp"

#include <cstring>
#include <ctime>

namespace reeve::logtools {

namespace {
constexpr std::size_t block = 64 * 1024, slack = 64;
alignas(4096) char in[block], out[block + slack];
std::size_t fill = 0;

bool flush() {
    bool done = static_cast<bool>(chainload::write_all(STDOUT_FILENO, {out, fill}));
    fill = 0;
    return done;
}

bool put(std::span<const char> bytes) {
    while (!bytes.empty()) {
        std::size_t part = std::min(bytes.size(), block - fill);
        std::memcpy(out + fill, bytes.data(), part);
        fill += part;
        bytes = bytes.subspan(part);
        if (fill == block && !flush()) return false;
    }
    return true;
}

void put_number(long value, int digits, char behind) {
    for (int i = digits; i-- > 0; value /= 10)
        out[fill + static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    fill += static_cast<std::size_t>(digits);
    if (behind != '\0') out[fill++] = behind;
}

// Where there is no memory for the zone, the C library goes on with UTC; that errno is all that tells.
bool zone_is_known() {
    static bool is_known = true;
    if (!is_known || errno != ENOMEM) return is_known;
    chainload::messenger messages("tai64nlocal");
    messages.unable(chainload::level::warning, {ENOMEM, "read the time zone"},
                    "(stamps are shown as they are)");
    return is_known = false;
}

// A year may have more than four digits; lines of one second share the calendar. False: no calendar has that year, or
// what it is there is not known.
bool put_time(timespec when) {
    static std::tm parts;
    static time_t known = -1;
    if (when.tv_sec != known) {
        std::tm now;
        errno = 0;
        if (::localtime_r(&when.tv_sec, &now) == nullptr || !zone_is_known()) return false;
        parts = now;
        known = when.tv_sec;
    }
    long year = 1900L + parts.tm_year;
    put_number(year, year > 9999 ? 12 : 4, '-');
    put_number(parts.tm_mon + 1, 2, '-');
    put_number(parts.tm_mday, 2, ' ');
    put_number(parts.tm_hour, 2, ':');
    put_number(parts.tm_min, 2, ':');
    put_number(parts.tm_sec, 2, '.');
    put_number(when.tv_nsec, 9, '\0');
    return true;
}

// What begins a line, up to a label's size: a whole label becomes a time, if there is one for it.
bool put_begin(std::string_view begin) {
    if (begin.size() == label_size && begin[0] == '@')
        if (auto stamp = chainload::parse_hex<chainload::tai64n_bytes>(begin.substr(1))) {
            if (fill + slack > block && !flush()) return false;
            if (put_time(chainload::unpack_tai64n(*stamp))) return true;
        }
    return put(begin);
}
} // namespace

int tai64nlocal(char**) {
    errno = 0;
    ::tzset();
    (void)zone_is_known();
    label begin{}; // of the line, while it may be a label
    std::size_t held = 0;
    bool passing = false;
    for (;;) {
        ssize_t got = ::read(STDIN_FILENO, in, block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return 111;
        if (got == 0) return put({begin.data(), held}) && flush() ? 0 : 111;
        for (const char *at = in, *end = in + got; at < end;) {
            if (!passing) {
                char c = *at;
                bool fits = held == 0 ? c == '@' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                if (fits) {
                    begin[held++] = c;
                    ++at;
                }
                if (fits && held < label_size) continue;
                if (!put_begin({begin.data(), held})) return 111;
                held = 0;
                passing = true;
                continue;
            }
            const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
            const char* next = newline == nullptr ? end : static_cast<const char*>(newline) + 1;
            if (!put({at, static_cast<std::size_t>(next - at)})) return 111;
            passing = newline == nullptr;
            at = next;
        }
        if (!flush()) return 111;
    }
}

} // namespace reeve::logtools
