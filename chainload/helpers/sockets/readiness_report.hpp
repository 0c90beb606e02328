// Whom a watcher tells that the program is ready: a newline on a descriptor (s6's protocol, notification-fd), or READY=1
// to NOTIFY_SOCKET (sd_notify(3)).
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/helpers/sockets/unix_address.hpp"

#include <optional>
#include <sys/types.h>

namespace reeve::chainload {

class readiness_report {
public:
    // By this descriptor, or if `fd` is a null pointer to NOTIFY_SOCKET of `self`. Nothing if that can be, else what
    // ends the chain.
    std::optional<next> choose(const char* fd, process& self);

    // -1: NOTIFY_SOCKET.
    int fd() const { return fd_; }
    // Says it once, in the watcher; `program` is the main process, 0 if that has ended. Returns when whom it is for has heard of it, or does not listen.
    void tell(pid_t program);

private:
    int fd_ = -1;
    unix_address socket_;
};

} // namespace reeve::chainload
