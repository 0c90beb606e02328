#include "tools/svctl/log_watch.hpp"

#include "tools/svctl/exit_code.hpp"

#include <algorithm>
#include <cstring>
#include <sys/inotify.h>

namespace reeve::svctl {

log_watch::log_watch()
    : fd_(::inotify_init1(IN_CLOEXEC)) {
    if (!fd_) throw system_failure("start inotify", "", errno);
}

bool log_watch::add(const std::string& directory, interest in, const std::string& key) {
    std::uint32_t events = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
    if (in == interest::growth) events |= IN_MODIFY | IN_MOVED_FROM;
    int id = ::inotify_add_watch(fd_.get(), directory.c_str(), events | IN_MASK_ADD);
    if (id < 0) {
        if (errno == ENOSPC)
            throw verb_error(exit_code::system_error,
                             "unable to watch " + directory + ": no inotify watches are left",
                             "raise /proc/sys/fs/inotify/max_user_watches");
        return false;
    }
    auto& keys = keys_[id];
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    return true;
}

log_watch::changes log_watch::wait() {
    alignas(inotify_event) char buffer[16384];
    changes found;
    while (found.keys.empty() && !found.everything) {
        ssize_t got = ::read(fd_.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw system_failure("read inotify", "", errno);
        for (const char* at = buffer; at < buffer + got;) {
            inotify_event event;
            std::memcpy(&event, at, sizeof event);
            at += sizeof event + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0) found.everything = true;
            auto known = keys_.find(event.wd);
            if (known == keys_.end()) continue;
            for (const std::string& key : known->second)
                if (std::find(found.keys.begin(), found.keys.end(), key) == found.keys.end())
                    found.keys.push_back(key);
            if ((event.mask & IN_IGNORED) != 0) keys_.erase(known); // the directory is gone
        }
    }
    return found;
}

} // namespace reeve::svctl
