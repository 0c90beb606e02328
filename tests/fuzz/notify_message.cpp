// Any datagram: every text of the message lies in the datagram, every number in its range, and a status shown
// is short, printable and stays as it is when it is cleaned again.
#include "supervise/notify_message.hpp"

#include "tests/fuzz/targets.hpp"

#include <algorithm>

namespace reeve::tests {

namespace {
bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}
} // namespace

void fuzz_notify_message(std::string_view input) {
    auto message = supervise::parse_notify(input);
    must_hold(lies_in(message.first_bad_line, input), "the bad line is a part of the datagram");
    must_hold(message.first_bad_line.find('\n') == std::string_view::npos, "a bad line is one line");
    if (message.main_pid) must_hold(*message.main_pid > 0, "a pid is positive");
    if (message.watchdog_usec)
        must_hold(*message.watchdog_usec <= supervise::longest_notify_usec, "times are limited");
    if (message.extend_usec)
        must_hold(*message.extend_usec <= supervise::longest_notify_usec, "times are limited");
    if (message.exit_status)
        must_hold(*message.exit_status >= 0 && *message.exit_status <= 255, "exit status range");
    if (message.fd_name) {
        must_hold(lies_in(*message.fd_name, input), "the name is a part of the datagram");
        must_hold(!message.fd_name->empty() && message.fd_name->find(':') == std::string_view::npos,
                  "valid FDNAME");
    }
    if (message.status) must_hold(lies_in(*message.status, input), "the status is a part of the datagram");

    auto shown = supervise::clean_status(input);
    must_hold(shown.view().size() <= 127 && !shown.overflowed(), "a status has at most 127 bytes");
    must_hold(std::none_of(shown.view().begin(), shown.view().end(),
                           [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }),
              "a status has no control characters");
    must_hold(supervise::clean_status(shown.view()).view() == shown.view(), "a clean status stays as it is");
}

} // namespace reeve::tests
