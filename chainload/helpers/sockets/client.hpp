// Who is at the other end of a connection, and at which of our addresses: what rules, limits, variables and log say of it.
#pragma once

#include "chainload/helpers/sockets/access_rule.hpp"

#include <sys/types.h>

namespace reeve::chainload {

struct client {
    visitor who;
    std::uint16_t port = 0; // of TCP
    ip_bytes local_ip{};
    std::uint16_t local_port = 0;
    pid_t pid = 0; // by a unix socket
    text_buffer<112> local_path;

    // "192.0.2.7" or "uid 1000".
    text_buffer<48> name() const;
    // As tcpserver has them in its log: "NAME:IP:PORT" and ":IP::PORT"; "PATH" and "UID:GID:PID" of a unix socket.
    text_buffer<320> local_end(std::string_view local_name) const;
    text_buffer<64> remote_end() const;
};

// -1 if there is none now (errno), else the connection, close-on-exec.
int accept_client(int listener, client& into);

// The port or path that a listening socket is bound to.
text_buffer<112> bound_to(int listener);

} // namespace reeve::chainload
