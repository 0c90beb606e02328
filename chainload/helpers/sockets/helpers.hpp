// The sockets it listens on, and when it is ready: the helpers of chainload-sockets(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_tcp_listen(char** arguments, process& self);
next run_udp_bind(char** arguments, process& self);
next run_unix_listen(char** arguments, process& self);
next run_fifo_open(char** arguments, process& self);
next run_accept_each(char** arguments, process& self);
next run_when_readable(char** arguments, process& self);
next run_notify_when(char** arguments, process& self);
next run_notify_bridge(char** arguments, process& self);

// clang-format off
inline constexpr helper sockets_helpers[] = {
    {"tcp-listen", run_tcp_listen, "[-b BACKLOG] [-n NAME] [-r6FkD] ADDRESS PORT PROGRAM ...", "listen on a TCP port"},
    {"udp-bind", run_udp_bind, "[-n NAME] [-r6FB] ADDRESS PORT PROGRAM ...", "bind a UDP port"},
    {"unix-listen", run_unix_listen, "[-t TYPE] [-b BACKLOG] [-m MODE] [-o ACCOUNT] [-n NAME] PATH|@NAME PROGRAM ...", "make a unix socket"},
    {"fifo-open", run_fifo_open, "[-m MODE] [-o ACCOUNT] [-n NAME] PATH PROGRAM ...", "make a FIFO and open it"},
    {"accept-each", run_accept_each, "[-c LIMIT] [-C PERCLIENT] [-x RULES] [-f FD|NAME] [-l LOCALNAME] [-v1w] PROGRAM ...", "run a program per connection"},
    {"when-readable", run_when_readable, "[-f FD|NAME] [-t DURATION] PROGRAM ...", "wait for the first connection"},
    {"notify-when", run_notify_when, "[-d FD] [-t DURATION] [-e] port HOST PORT|path PATH|line TEXT|{ COMMAND ... } PROGRAM ...", "say when a program is ready"},
    {"notify-bridge", run_notify_bridge, "-d FD|-w FD PROGRAM ...", "translate how a program says that it is ready"},
};
// clang-format on

} // namespace reeve::chainload
