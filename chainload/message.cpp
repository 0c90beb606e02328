#include "chainload/message.hpp"

#include "chainload/error_text.hpp"
#include "chainload/printable.hpp"
#include "chainload/text.hpp"

#include <array>
#include <poll.h>
#include <span>
#include <sys/uio.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
constexpr std::string_view level_names[] = {"fatal: ", "warning: ", "info: "};

constexpr std::size_t longest_cleaned = 1024;

// The line again, without what a terminal would obey. Out of line: only such a message needs its room.
[[gnu::noinline]] void write_cleaned(std::span<const iovec> line) {
    text_buffer<longest_cleaned> clean;
    for (const iovec& each : line.first(line.size() - 1)) {
        std::string_view text(static_cast<const char*>(each.iov_base), each.iov_len);
        each_printable(text, "?", [&](std::string_view shown) {
            if (clean.view().size() + shown.size() + 2 < longest_cleaned) clean.add(shown);
        });
    }
    clean.add('\n');
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, clean.c_str(), clean.view().size());
}

iovec part(std::string_view text) {
    return {const_cast<char*>(text.data()), text.size()};
}
} // namespace

void messenger::say(level severity, std::string_view text, std::string_view more, std::string_view rest,
                    std::string_view end) {
    if (!may_block_) {
        // A pipe is writable only while it has room for PIPE_BUF bytes, so a line then goes in whole.
        pollfd out{STDERR_FILENO, POLLOUT, 0};
        if (::poll(&out, 1, 0) == 0) {
            ++dropped_;
            return;
        }
    }
    text_buffer<64> lost;
    if (dropped_ > 0) lost.add(" (").add(dropped_).add(" messages before this one were dropped)");
    dropped_ = 0;
    std::array<iovec, 11> line{part(program_),
                               part(": "),
                               part(subject_),
                               part(subject_.empty() ? "" : ": "),
                               part(level_names[static_cast<int>(severity)]),
                               part(text),
                               part(more),
                               part(rest),
                               part(end),
                               part(lost.view()),
                               part("\n")};
    for (std::string_view each : {subject_, text, more, rest, end})
        if (!is_printable(each)) return write_cleaned(line);
    // Nobody is left to tell when stderr itself fails.
    [[maybe_unused]] auto written = ::writev(STDERR_FILENO, line.data(), static_cast<int>(line.size()));
}

void messenger::unable(level severity, const failure& why, std::string_view more) {
    text_buffer<192> step("unable to ", why.step, more.empty() ? "" : " ", more, ": ");
    say(severity, step.view(), error_text(why.error));
}

} // namespace reeve::chainload
