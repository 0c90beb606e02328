// tcp-listen [-b BACKLOG] [-n NAME] [-r6FkD] ADDRESS PORT PROGRAM …: listens on a TCP port and hands the socket on as
// one of the listening descriptors (listeners.hpp). See inet_socket.cpp for the letters.
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/sockets/inet_socket.hpp"

namespace reeve::chainload {

next run_tcp_listen(char** arguments, process& self) {
    return run_inet_service(tcp_service, arguments, self);
}

} // namespace reeve::chainload
