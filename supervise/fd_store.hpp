// The descriptors that a service gave into keeping with FDSTORE=1 (sd_notify(3)): they outlive its runs and are
// handed to the next one as LISTEN_FDS from descriptor 3 on.
#pragma once

#include "chainload/unique_fd.hpp"
#include "supervise/notify_message.hpp"
#include "supervise/settings.hpp"

#include <array>
#include <string_view>

namespace reeve::supervise {

class fd_store {
public:
    // The entries stay untouched memory until one is used: most services never store a descriptor.
    fd_store() {}
    fd_store(const fd_store&) = delete;
    fd_store& operator=(const fd_store&) = delete;
    ~fd_store();

    // Takes `fd`; false (and the descriptor is closed) if `most` are kept already. An empty name is "stored".
    bool add(chainload::unique_fd fd, std::string_view name, std::size_t most);
    // Closes all that bear the name.
    void remove(std::string_view name);

    std::size_t size() const { return count_; }
    int fd(std::size_t at) const { return entries_[at].fd; }
    std::string_view name(std::size_t at) const { return {entries_[at].name, entries_[at].name_size}; }

private:
    struct entry {
        int fd; // owned
        unsigned name_size;
        char name[longest_fd_name];
    };
    std::array<entry, most_stored_fds> entries_;
    std::size_t count_ = 0;
};

} // namespace reeve::supervise
