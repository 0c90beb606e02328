// udp-bind [-n NAME] [-r6FB] ADDRESS PORT PROGRAM …: binds a UDP port and hands the socket on as one of the listening
// descriptors (listeners.hpp). See inet_socket.cpp for the letters.
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/sockets/inet_socket.hpp"

namespace reeve::chainload {

next run_udp_bind(char** arguments, process& self) {
    return run_inet_service(udp_service, arguments, self);
}

} // namespace reeve::chainload
