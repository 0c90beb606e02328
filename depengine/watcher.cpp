#include "depengine/watcher.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "depengine/relations.hpp"
#include "supervise/layout.hpp"

#include <algorithm>
#include <array>
#include <sys/inotify.h>

namespace reeve::depengine {

namespace {
constexpr std::uint32_t names = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM;
constexpr std::uint32_t contents = names | IN_CLOSE_WRITE | IN_ATTRIB;
constexpr std::uint32_t arrivals = IN_CREATE | IN_MOVED_TO;
constexpr std::string_view own_directory = ".svscan";
// Files of a service directory that say what the engine has to know.
constexpr std::string_view told[] = {"run",        "start",     "target",          "down",  "log", "early",
                                     "persistent", "essential", "keep-on-isolate", "refuse"};

bool is_told(std::string_view entry) {
    return std::find(std::begin(told), std::end(told), entry) != std::end(told) ||
           find_relation(entry).has_value();
}
} // namespace

chainload::result<void> watcher::open() {
    short_ = false;
    if (!fd_) fd_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!fd_) {
        short_ = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        if (!short_) return chainload::failed("create inotify instance");
        return {};
    }
    if (!add(".", nobody, kind::scan) && !short_) return chainload::failed("watch the scan directory");
    if (!state_root_.empty() && !add(state_root_.c_str(), nobody, kind::state_root) && !short_)
        return chainload::failed("watch STATE_ROOT");
    watch_own();
    return {};
}

void watcher::watch_own() {
    (void)add(std::string(own_directory).c_str(), nobody, kind::own);
    if (!state_root_.empty()) (void)add((state_root_ + "/.svscan").c_str(), nobody, kind::own);
}

bool watcher::add(const char* path, std::uint32_t number, kind what) {
    // A record is replaced by rename; on a full disk it is overwritten, and its mode set for the sake of this watch.
    constexpr std::array<std::uint32_t, 6> masks{names, arrivals | IN_CLOSE_WRITE, contents,
                                                 names, IN_MOVED_TO | IN_ATTRIB,   arrivals};
    // What a directory is watched for only grows: it may be known by another name, as something else.
    std::uint32_t mask = masks[static_cast<std::size_t>(what)] | IN_ONLYDIR | IN_MASK_ADD;
    int watch = ::inotify_add_watch(fd_.get(), path, mask);
    if (watch < 0) {
        short_ = short_ || errno == ENOSPC || errno == ENOMEM;
        return false;
    }
    auto place = std::upper_bound(targets_.begin(), targets_.end(), watch,
                                  [](int one, const target& other) { return one < other.watch; });
    for (auto known = place; known != targets_.begin() && (known - 1)->watch == watch; --known)
        if ((known - 1)->number == number && (known - 1)->what == what) return true;
    targets_.insert(place, {watch, number, what});
    return true;
}

void watcher::watch(const std::string& name) {
    auto [known, fresh] = numbers_.try_emplace(name, nobody);
    if (fresh) {
        if (free_.empty()) {
            known->second = static_cast<std::uint32_t>(names_.size());
            names_.push_back(name);
        } else {
            known->second = free_.back();
            free_.pop_back();
            names_[known->second] = name;
        }
    }
    if (add(name.c_str(), known->second, kind::service))
        look_below(name, known->second);
    else if (fresh)
        unwatch(name); // a plain file, or gone again
}

void watcher::look_below(const std::string& name, std::uint32_t number) {
    auto directory = chainload::open_at(AT_FDCWD, name.c_str(), O_RDONLY | O_DIRECTORY);
    if (!directory) return;
    auto listed = chainload::list_directory(directory->get(), [&](const char* entry, chainload::entry_type) {
        bool state = std::string_view(entry) == supervise::path::state;
        if (state || find_relation(entry))
            (void)add((name + "/" + entry).c_str(), number, state ? kind::state : kind::relation);
    });
    (void)listed;
    if (!state_root_.empty()) (void)add((state_root_ + "/" + name).c_str(), number, kind::state);
}

void watcher::unwatch(const std::string& name) {
    auto known = numbers_.find(name);
    if (known == numbers_.end()) return;
    std::uint32_t number = known->second;
    for (std::size_t i = 0; i < targets_.size();) {
        if (targets_[i].number != number) {
            ++i;
            continue;
        }
        int watch = targets_[i].watch;
        targets_.erase(targets_.begin() + static_cast<std::ptrdiff_t>(i));
        bool shared = std::any_of(targets_.begin(), targets_.end(),
                                  [&](const target& other) { return other.watch == watch; });
        if (!shared) ::inotify_rm_watch(fd_.get(), watch);
    }
    names_[number].clear();
    free_.push_back(number);
    numbers_.erase(known);
}

void watcher::in_scan(std::string_view entry, std::uint32_t mask, listener& tell) {
    if (entry == own_directory) {
        watch_own();
        tell.tree_changed();
    }
    if (!supervise::valid_service_name(entry)) return;
    if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) unwatch(std::string(entry));
    if ((mask & arrivals) != 0) watch(std::string(entry));
    tell.definition_changed(entry);
    tell.record_changed(entry);
}

void watcher::in_state_root(std::string_view entry, std::uint32_t mask, listener& tell) {
    if (entry == own_directory) {
        watch_own();
        tell.tree_changed();
    }
    auto known = numbers_.find(std::string(entry));
    if (known == numbers_.end() || (mask & arrivals) == 0) return;
    (void)add((state_root_ + "/" + known->first).c_str(), known->second, kind::state);
    tell.record_changed(known->first);
}

void watcher::in_service(std::uint32_t number, std::string_view entry, std::uint32_t mask, listener& tell) {
    const std::string& name = names_[number];
    bool arrives = (mask & arrivals) != 0;
    if (entry == supervise::path::state) {
        if (arrives) (void)add((name + "/" + supervise::path::state).c_str(), number, kind::state);
        tell.record_changed(name);
        return;
    }
    if (!is_told(entry)) return;
    if (find_relation(entry) && arrives)
        (void)add((name + "/" + std::string(entry)).c_str(), number, kind::relation);
    if ((mask & names) != 0 || entry == "refuse") tell.definition_changed(name);
    if ((entry == "run" || entry == "start") && (mask & (IN_MOVED_TO | IN_CLOSE_WRITE)) != 0)
        tell.program_changed(name);
}

void watcher::read(listener& tell) {
    alignas(inotify_event) std::array<char, 16384> buffer;
    for (;;) {
        ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
        if (got <= 0) return;
        for (ssize_t at = 0; at < got;) {
            const auto& happened = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + happened.len);
            if ((happened.mask & IN_Q_OVERFLOW) != 0) {
                tell.overflowed();
                continue;
            }
            auto before = [](const target& one, int watch) { return one.watch < watch; };
            auto first = std::lower_bound(targets_.begin(), targets_.end(), happened.wd, before);
            if ((happened.mask & IN_IGNORED) != 0) { // the directory is gone, or was let go
                auto last = first;
                while (last != targets_.end() && last->watch == happened.wd) ++last;
                targets_.erase(first, last);
                continue;
            }
            if (happened.len == 0) continue;
            std::string_view entry(happened.name);
            // By index, and looked up again each time: what is told may change the list.
            auto begin = static_cast<std::size_t>(first - targets_.begin());
            for (std::size_t i = begin; i < targets_.size() && targets_[i].watch == happened.wd; ++i) {
                target whose = targets_[i];
                switch (whose.what) {
                case kind::scan: in_scan(entry, happened.mask, tell); break;
                case kind::own:
                    if (entry == "tree") tell.tree_changed();
                    break;
                case kind::service: in_service(whose.number, entry, happened.mask, tell); break;
                case kind::relation: tell.definition_changed(names_[whose.number]); break;
                case kind::state_root: in_state_root(entry, happened.mask, tell); break;
                case kind::state:
                    if (entry == "status") tell.record_changed(names_[whose.number]);
                    break;
                }
            }
        }
    }
}

} // namespace reeve::depengine
