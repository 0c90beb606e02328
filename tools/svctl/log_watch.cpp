#include "tools/svctl/log_watch.hpp"

#include "tools/svctl/exit_code.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <sys/inotify.h>

namespace reeve::svctl {

log_watch::log_watch()
    : fd_(::inotify_init1(IN_CLOEXEC)) {
    if (!fd_) throw system_failure("start inotify", "", errno);
}

bool log_watch::add(const std::string& directory, interest in, const std::string& key) {
    std::uint32_t events = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
    if (in == interest::growth) events |= IN_MODIFY | IN_MOVED_FROM | IN_MOVE_SELF | IN_DELETE;
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
    while (found.keys.empty() && !found.everything && !found.lost) {
        ssize_t got = ::read(fd_.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw system_failure("read inotify", "", errno);
        for (const char* at = buffer; at < buffer + got;) {
            inotify_event event;
            std::memcpy(&event, at, sizeof event);
            const char* name = event.len > 0 ? at + sizeof event : "";
            at += sizeof event + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0) found.everything = true;
            // Of a directory that is removed with a file that we have open nothing more would be heard.
            bool own_goes = (event.mask & IN_DELETE) != 0 && std::string_view(name) == "current";
            if ((event.mask & IN_DELETE) != 0 && !own_goes) continue;
            found.lost = found.lost || own_goes;
            auto known = keys_.find(event.wd);
            if (known == keys_.end()) continue;
            for (const std::string& key : known->second)
                if (std::find(found.keys.begin(), found.keys.end(), key) == found.keys.end())
                    found.keys.push_back(key);
            if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) == 0) continue;
            if ((event.mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(fd_.get(), event.wd);
            keys_.erase(known);
            found.lost = true;
        }
    }
    return found;
}

} // namespace reeve::svctl
