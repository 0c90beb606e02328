// The listening descriptors that a process is given, by systemd's protocol (sd_listen_fds(3)): LISTEN_FDS of them from
// descriptor 3 on, meant for the process LISTEN_PID, called as LISTEN_FDNAMES says. An exec keeps the pid, so a chain
// can collect them: what each helper opens comes after what is there.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/unique_fd.hpp"

namespace reeve::chainload {

inline constexpr int first_listener = 3;
inline constexpr unsigned most_listeners = 64;

// A name that LISTEN_FDNAMES can carry: 1 to 255 printable ASCII characters without ':'.
bool is_listener_name(std::string_view name);

class listeners {
public:
    explicit listeners(process& self);

    unsigned count() const { return count_; }
    // False: the variables make no sense; problem() says so.
    bool is_sound();
    // -f of helpers: a name, or a number, which need not be one of them. -1: there is none.
    int find(std::string_view text) const;
    // False: they make no sense, or the number that the next one must have is taken; problem() says which.
    bool has_room();
    next problem() const { return problem_; }
    // `fd` becomes the next one, and `rest` goes on. Asked for after has_room().
    next add(unique_fd fd, std::string_view name, char** rest);

private:
    int next_number() const { return first_listener + static_cast<int>(count_); }

    process& self_;
    std::string_view given_;
    std::string_view names_;
    unsigned count_ = 0;
    bool sound_ = true;
    next problem_;
};

} // namespace reeve::chainload
