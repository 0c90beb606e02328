#include "tools/status_watch.hpp"

#include "chainload/clock.hpp"
#include "chainload/text.hpp"
#include "supervise/layout.hpp"

#include <climits>
#include <poll.h>
#include <sys/inotify.h>

namespace reeve::tools {

using chainload::failed;
using chainload::failure;
using chainload::result;

result<void> status_watch::open() {
    inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify_) return failed("watch for changes");
    return {};
}

result<int> status_watch::add(const char* dir) {
    chainload::text_buffer<PATH_MAX> path(dir, "/", supervise::path::state);
    if (path.overflowed()) return failure{ENAMETOOLONG, "watch supervise"};
    // A record is replaced by rename; on a full disk it is overwritten, and its mode set for the sake of this watch.
    int number = ::inotify_add_watch(inotify_.get(), path.c_str(), IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR);
    if (number < 0) return failed("watch supervise");
    return number;
}

result<bool> status_watch::wait(std::int64_t deadline, visitor visit, void* argument) {
    constexpr std::string_view status =
        std::string_view(supervise::path::status).substr(sizeof supervise::path::state);
    for (;;) {
        int timeout = -1;
        if (deadline >= 0) {
            std::int64_t left = deadline - chainload::monotonic_ms();
            if (left <= 0) return false;
            timeout = left < INT_MAX ? static_cast<int>(left) : INT_MAX;
        }
        pollfd ready{inotify_.get(), POLLIN, 0};
        int count = ::poll(&ready, 1, timeout);
        if (count < 0 && errno != EINTR) return failed("wait for changes");
        if (count <= 0) continue;

        alignas(inotify_event) char buffer[4096];
        ssize_t got = ::read(inotify_.get(), buffer, sizeof buffer);
        if (got < 0 && errno != EAGAIN && errno != EINTR) return failed("read changes");
        bool any = false;
        for (ssize_t at = 0; at < got;) {
            inotify_event event;
            std::memcpy(&event, buffer + at, sizeof event);
            std::string_view name = event.len > 0 ? buffer + at + sizeof event : "";
            at += static_cast<ssize_t>(sizeof event + event.len);
            bool lost_count = (event.mask & IN_Q_OVERFLOW) != 0, gone = (event.mask & IN_IGNORED) != 0;
            if (!lost_count && !gone && name != status) continue;
            visit(argument, lost_count ? all : event.wd, gone);
            any = true;
        }
        if (any) return true;
    }
}

} // namespace reeve::tools
