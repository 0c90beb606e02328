#include "svscan/watcher.hpp"

#include <algorithm>
#include <array>
#include <dirent.h>
#include <sys/inotify.h>

namespace reeve::svscan {

namespace {
constexpr std::size_t most_watches_below = 64; // of one candidate
constexpr std::uint32_t scan_mask = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM;
constexpr std::uint32_t shallow_mask = IN_CREATE | IN_MOVED_TO;
constexpr std::uint32_t deep_mask =
    shallow_mask | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM;
} // namespace

chainload::result<void> watcher::open() {
    fd_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!fd_) return chainload::failed("create inotify instance");
    scan_watch_ = ::inotify_add_watch(fd_.get(), ".", scan_mask | IN_ONLYDIR);
    if (scan_watch_ < 0) {
        auto why = chainload::failed("watch the scan directory");
        fd_.reset();
        return why;
    }
    return {};
}

bool watcher::add(const std::string& name, const std::string& path, std::uint32_t mask) {
    int watch = ::inotify_add_watch(fd_.get(), path.c_str(), mask | IN_ONLYDIR);
    if (watch < 0) return false;
    if (watch == scan_watch_) { // a symlink to the scan directory itself: its watch must stay as it was
        ::inotify_add_watch(fd_.get(), ".", scan_mask | IN_ONLYDIR);
        return true;
    }
    auto& known = watches_[name];
    if (std::find(known.begin(), known.end(), watch) != known.end()) return true;
    known.push_back(watch);
    targets_.emplace(watch, target{name, path});
    return true;
}

void watcher::add_below(const std::string& name, const std::string& path) {
    if (watches_[name].size() >= most_watches_below || !add(name, path, deep_mask)) return;
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return;
    std::vector<std::string> below;
    while (const dirent* entry = ::readdir(directory)) {
        std::string_view found(entry->d_name);
        if (entry->d_type == DT_DIR && found != "." && found != "..")
            below.emplace_back(path + "/" + entry->d_name);
        if (below.size() >= most_watches_below) break;
    }
    ::closedir(directory);
    for (const auto& next : below) add_below(name, next);
}

chainload::result<bool> watcher::watch(const std::string& name, bool deep) {
    if (!fd_) return false;
    bool is_new = !watches_.contains(name);
    if (deep) {
        add_below(name, name);
    } else {
        // The directory's own watch only changes its mask, so nothing that happens meanwhile is missed.
        if (!add(name, name, shallow_mask)) return chainload::failed("watch an incomplete directory");
        drop(name, false);
    }
    return is_new;
}

void watcher::unwatch(const std::string& name) {
    drop(name, true);
}

// Ends the watches of a candidate; all of them, or all but the first, its own directory's.
void watcher::drop(const std::string& name, bool all) {
    auto known = watches_.find(name);
    if (known == watches_.end()) return;
    auto& list = known->second;
    for (std::size_t i = all ? 0 : 1; i < list.size(); ++i) {
        auto [first, last] = targets_.equal_range(list[i]);
        for (auto next = first; next != last; ++next)
            if (next->second.name == name) {
                targets_.erase(next);
                break;
            }
        if (!targets_.contains(list[i])) ::inotify_rm_watch(fd_.get(), list[i]);
    }
    if (all)
        watches_.erase(known);
    else if (list.size() > 1)
        list.erase(list.begin() + 1, list.end());
}

void watcher::read(listener& tell) {
    alignas(inotify_event) std::array<char, 16384> buffer;
    for (;;) {
        ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
        if (got <= 0) return;
        for (ssize_t at = 0; at < got;) {
            const auto& happened = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + happened.len);
            if (happened.mask & IN_Q_OVERFLOW) {
                tell.overflowed();
            } else if (happened.wd == scan_watch_) {
                if (happened.len == 0 || happened.name[0] == '.') continue;
                if (happened.mask & (IN_DELETE | IN_MOVED_FROM)) {
                    tell.disappeared(happened.name);
                } else {
                    tell.appeared(happened.name,
                                  !((happened.mask & IN_CREATE) && (happened.mask & IN_ISDIR)));
                }
            } else if (!(happened.mask & IN_IGNORED)) {
                std::vector<target> whose;
                for (auto [next, last] = targets_.equal_range(happened.wd); next != last; ++next)
                    whose.push_back(next->second);
                for (const auto& each : whose) {
                    tell.touched(each.name);
                    bool new_directory =
                        (happened.mask & IN_ISDIR) && (happened.mask & (IN_CREATE | IN_MOVED_TO));
                    if (new_directory && watches_.contains(each.name))
                        add_below(each.name, each.path + "/" + happened.name);
                }
            }
        }
    }
}

} // namespace reeve::svscan
