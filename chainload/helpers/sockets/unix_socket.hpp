// Making a unix socket that nobody can connect to before it has its owner and mode, in place of a dead one.
#pragma once

#include "chainload/helpers/sockets/node_rights.hpp"
#include "chainload/helpers/sockets/unix_address.hpp"
#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

namespace reeve::chainload {

// Binds a socket of this type; the caller listens. What stands at the path stays, unless it is a socket that nobody has
// open any more: EADDRINUSE if somebody has, ENOTSOCK if it is something else.
result<unique_fd> bind_unix_socket(const unix_address& address, int type, const node_rights& rights);

} // namespace reeve::chainload
