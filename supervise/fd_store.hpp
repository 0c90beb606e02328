// The descriptors that a service gave into keeping with FDSTORE=1 (sd_notify(3)): they outlive its runs and are
// handed to the next one as LISTEN_FDS from descriptor 3 on.
#pragma once

#include "chainload/unique_fd.hpp"
#include "supervise/notify_message.hpp"
#include "supervise/settings.hpp"

#include <span>
#include <string_view>

namespace reeve::supervise {

struct stored_fd {
    int fd; // owned by the store
    unsigned name_size;
    char name[longest_fd_name];
};

class fd_store {
public:
    // The room for the entries lies elsewhere: it is large, and most services never touch it.
    explicit fd_store(std::span<stored_fd, most_stored_fds> room)
        : entries_(room) {}
    fd_store(const fd_store&) = delete;
    fd_store& operator=(const fd_store&) = delete;
    ~fd_store();

    // Takes `fd`; false (and the descriptor is closed) if `most` are kept already. An empty name is "stored".
    bool add(chainload::unique_fd fd, std::string_view name, std::size_t most);
    // Closes all that bear the name.
    void remove(std::string_view wanted);

    std::size_t size() const { return count_; }
    int fd(std::size_t at) const { return entries_[at].fd; }
    std::string_view name(std::size_t at) const { return {entries_[at].name, entries_[at].name_size}; }

private:
    std::span<stored_fd, most_stored_fds> entries_;
    std::size_t count_ = 0;
};

} // namespace reeve::supervise
