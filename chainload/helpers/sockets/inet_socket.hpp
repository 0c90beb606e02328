// What tcp-listen and udp-bind have in common: their options, and a socket bound by them.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/unique_fd.hpp"

namespace reeve::chainload {

// One of the two, as it was called. Its letters are those of the table in inet_socket.cpp.
struct inet_service {
    int type; // SOCK_STREAM, SOCK_DGRAM
    std::string_view protocol;
    std::string_view letters;
};
inline constexpr inet_service tcp_service{1, "tcp", "b:n:r6FkD"}, udp_service{2, "udp", "n:r6FB"};

// "[OPTIONS] ADDRESS PORT PROGRAM …": the socket becomes the next of the listening descriptors.
next run_inet_service(const inet_service& service, char** arguments, process& self);

} // namespace reeve::chainload
