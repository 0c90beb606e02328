#include "supervise/fd_store.hpp"

#include <algorithm>
#include <unistd.h>

namespace reeve::supervise {

fd_store::~fd_store() {
    for (std::size_t at = 0; at < count_; ++at) ::close(entries_[at].fd);
}

bool fd_store::add(chainload::unique_fd fd, std::string_view name, std::size_t most) {
    if (count_ >= most || count_ == entries_.size()) return false;
    if (name.empty()) name = "stored";
    stored_fd& slot = entries_[count_++];
    slot.fd = fd.release();
    slot.name_size = static_cast<unsigned>(std::min(name.size(), longest_fd_name));
    std::copy_n(name.begin(), slot.name_size, slot.name);
    return true;
}

void fd_store::remove(std::string_view wanted) {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < count_; ++at) {
        if (name(at) == wanted)
            ::close(entries_[at].fd);
        else
            entries_[kept++] = entries_[at];
    }
    count_ = kept;
}

} // namespace reeve::supervise
