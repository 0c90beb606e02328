#include "chainload/message.hpp"

#include "chainload/error_text.hpp"
#include "chainload/text.hpp"

#include <array>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
constexpr std::string_view level_names[] = {"fatal: ", "warning: ", "info: "};

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
    // Nobody is left to tell when stderr itself fails.
    [[maybe_unused]] auto written = ::writev(STDERR_FILENO, line.data(), static_cast<int>(line.size()));
}

void messenger::unable(level severity, const failure& why, std::string_view more) {
    text_buffer<192> step("unable to ", why.step, more.empty() ? "" : " ", more, ": ");
    say(severity, step.view(), error_text(why.error));
}

} // namespace reeve::chainload
