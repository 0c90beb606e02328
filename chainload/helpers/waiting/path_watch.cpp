#include "chainload/helpers/waiting/path_watch.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/helpers/waiting/path_way.hpp"

#include <poll.h>
#include <sys/inotify.h>

namespace reeve::chainload {

namespace {
constexpr std::uint32_t comings_and_goings = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t on_the_way = comings_and_goings | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t writes = IN_MODIFY | IN_CLOSE_WRITE;

std::size_t hash_of(std::string_view name) {
    std::uint32_t hash = 2166136261u; // FNV-1a
    for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash % 1024;
}

} // namespace

result<void> path_watch::open() {
    inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify_) return failed("watch files");
    // Without /proc mounts go unnoticed, and all else does not.
    if (auto mounts = open_at(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY)) mounts_ = std::move(*mounts);
    return {};
}

void path_watch::begin_round() {
    for (std::size_t i = 0; i < count_; ++i)
        watches_[i].current = watches_[i].any_name = watches_[i].touched = false;
    names_.clear();
}

void path_watch::end_round() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        if (watches_[i].current)
            watches_[kept++] = watches_[i];
        else
            ::inotify_rm_watch(inotify_.get(), watches_[i].number);
    }
    count_ = kept;
}

result<int> path_watch::add(const char* path, std::uint32_t events, bool any_name) {
    int number = ::inotify_add_watch(inotify_.get(), path, IN_MASK_ADD | events);
    if (number < 0)
        return failed(errno == ENOSPC ? "watch more files (fs.inotify.max_user_watches)" : "watch");
    std::size_t i = 0;
    while (i < count_ && watches_[i].number != number) ++i;
    if (i == watches_.size()) return failure{E2BIG, "watch so many directories"};
    if (i == count_) watches_[count_++] = {number, true, false, false};
    watches_[i].current = true;
    watches_[i].any_name = watches_[i].any_name || any_name;
    return number;
}

// What is at the end of the way. Who may not read a file can watch it through its directory.
result<int> path_watch::add_end(const char* path, bool content) {
    auto end = add(path, on_the_way | (content ? writes : 0), content);
    if (end || end.why().error != EACCES) return end;
    std::string_view whole(path);
    std::size_t slash = whole.rfind('/');
    if (slash == std::string_view::npos) return end;
    text_buffer<PATH_MAX> directory(slash == 0 ? "/" : whole.substr(0, slash));
    return add(directory.c_str(), on_the_way | (content ? writes : 0), false);
}

result<int> path_watch::follow(std::string_view path, bool content) {
    path_way way(path);
    for (;;) {
        auto here = way.is_end() ? add_end(way.here(), content) : add(way.here(), on_the_way, false);
        int error = here ? 0 : here.why().error;
        // What has gone meanwhile was watched from above. Who may pass a directory and not read it cannot watch it:
        // that is no loss if the next step is there.
        if (error == ENOENT || error == ENOTDIR) return int{nothing};
        if (way.is_end() || (error != 0 && error != EACCES)) return here;
        auto onward = way.advance([&](std::string_view name) { names_.add(hash_of(name)); });
        if (!onward) return onward.why();
        if (!*onward) return error == EACCES ? here : result<int>(int{nothing});
    }
}

bool path_watch::concerns_us(int number, std::uint32_t mask, std::string_view name) {
    if ((mask & IN_Q_OVERFLOW) != 0) return true;
    if ((mask & IN_IGNORED) != 0) return false; // of a watch let go; before others there was another event
    for (std::size_t i = 0; i < count_; ++i) {
        if (watches_[i].number != number) continue;
        // A file that was written to, or a directory in which a name came or went.
        std::uint32_t touching = name.empty() ? IN_MODIFY : watches_[i].any_name ? comings_and_goings : 0;
        watches_[i].touched = watches_[i].touched || (mask & touching) != 0;
        return name.empty() || watches_[i].any_name || names_.has(hash_of(name));
    }
    return false;
}

bool path_watch::read_events() {
    alignas(inotify_event) char buffer[4096];
    bool any = false;
    for (;;) {
        ssize_t got = ::read(inotify_.get(), buffer, sizeof buffer);
        if (got <= 0) return any;
        inotify_event event;
        for (ssize_t at = 0; at < got; at += static_cast<ssize_t>(sizeof event + event.len)) {
            std::memcpy(&event, buffer + at, sizeof event);
            // The name is padded with NULs.
            std::string_view name = event.len > 0 ? std::string_view(buffer + at + sizeof event) : "";
            if (concerns_us(event.wd, event.mask, name)) any = true;
        }
    }
}

result<bool> path_watch::wait(std::int64_t deadline_ms) {
    for (;;) {
        pollfd polled[] = {{inotify_.get(), POLLIN, 0}, {mounts_.get(), POLLPRI, 0}};
        timespec left{};
        if (deadline_ms >= 0) {
            std::int64_t ms = deadline_ms - monotonic_ms();
            if (ms <= 0) return false;
            left = {static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000 * 1'000'000)};
        }
        int ready = ::ppoll(polled, 2, deadline_ms >= 0 ? &left : nullptr, nullptr);
        if (ready < 0 && errno != EINTR) return failed("wait");
        if (ready <= 0) continue;
        bool mounted = polled[1].revents != 0;
        if (read_events() || mounted) return true;
    }
}

bool path_watch::is_touched(int watch) const {
    for (std::size_t i = 0; i < count_; ++i)
        if (watches_[i].number == watch) return watches_[i].touched;
    return false;
}

} // namespace reeve::chainload
