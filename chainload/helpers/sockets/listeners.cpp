#include "chainload/helpers/sockets/listeners.hpp"

#include "chainload/helpers/descriptors/fd_number.hpp"

#include <algorithm>

namespace reeve::chainload {

namespace {
constexpr std::string_view nameless = "unknown"; // systemd's word where names are missing

std::string_view first_name(std::string_view& names) {
    std::size_t colon = names.find(':');
    std::string_view first = names.substr(0, colon);
    names.remove_prefix(colon == std::string_view::npos ? names.size() : colon + 1);
    return first.empty() ? nameless : first;
}

// What a descriptor is, as /proc shows it: a path, "socket:[…]", "pipe:[…]".
text_buffer<256> describe_fd(int fd) {
    text_buffer<32> link("/proc/self/fd/", fd);
    return text_buffer<256>().add_with([&](char* room, std::size_t size) {
        ssize_t got = ::readlink(link.c_str(), room, size - 1);
        if (got >= 0) room[got] = '\0';
        return got >= 0;
    });
}
} // namespace

bool is_listener_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 &&
           std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c < 0x7f && c != ':'; });
}

listeners::listeners(process& self)
    : self_(self) {
    const char* pid = self.variables.get("LISTEN_PID");
    const char* count = self.variables.get("LISTEN_FDS");
    // Meant for another process: it is as if they were not there.
    if (pid == nullptr || count == nullptr ||
        parse_number<unsigned>(pid) != static_cast<unsigned>(::getpid()))
        return;
    given_ = count;
    auto number = parse_number<unsigned>(given_);
    sound_ = number && *number <= most_listeners;
    if (!sound_) return;
    count_ = *number;
    if (const char* names = self.variables.get("LISTEN_FDNAMES")) names_ = names;
}

int listeners::find(std::string_view text) const {
    if (auto number = parse_fd(text)) return *number;
    std::string_view names = names_;
    for (int fd = first_listener; fd < next_number(); ++fd)
        if (first_name(names) == text) return fd;
    return -1;
}

bool listeners::is_sound() {
    if (!sound_)
        problem_ =
            self_.fatal("LISTEN_FDS is not a number of up to ", most_listeners, " descriptors: ", given_);
    return sound_;
}

bool listeners::has_room() {
    int number = next_number();
    if (!is_sound()) return false;
    if (count_ == most_listeners)
        problem_ = self_.fatal("there are ", most_listeners, " listening descriptors already");
    else if (::fcntl(number, F_GETFD) >= 0)
        problem_ = self_.fatal("descriptor ", number, ", whose turn it is, is taken by ",
                               describe_fd(number).view(), " (see fdmove)");
    else
        return true;
    return false;
}

next listeners::add(unique_fd fd, std::string_view name, char** rest) {
    int number = next_number();
    if (!move_fd(fd.release(), number)) return self_.unable(errno, "make it descriptor ", number);
    std::size_t most = names_.size() + (count_ + 1) * (nameless.size() + 1) + name.size();
    char* list = self_.variables.memory().take(most);
    if (list == nullptr) return self_.out_of_memory();
    char* end = list;
    std::string_view names = names_;
    for (unsigned i = 0; i < count_; ++i) {
        std::string_view one = first_name(names);
        end = std::copy(one.begin(), one.end(), end);
        *end++ = ':';
    }
    end = std::copy(name.begin(), name.end(), end);
    text_buffer<16> count(count_ + 1), pid(::getpid());
    if (!self_.variables.set("LISTEN_PID", pid.view()) || !self_.variables.set("LISTEN_FDS", count.view()) ||
        !self_.variables.set("LISTEN_FDNAMES", {list, static_cast<std::size_t>(end - list)}))
        return self_.out_of_memory();
    return self_.go_on(rest);
}

} // namespace reeve::chainload
