// .depengine/ of the scan directory, or of STATE_ROOT: the lock, which one engine at a time holds, and the intents file, which is
// replaced as a whole. svscan takes the directory's being there as the sign that the tree has an engine.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"
#include "depengine/intents.hpp"
#include "depengine/reconciler.hpp"
#include "depengine/tree_place.hpp"

#include <optional>
#include <string>

namespace reeve::depengine {

class own_directory {
public:
    // Below STATE_ROOT if the scan directory has none that can be written. Makes the directory if it is not there, 0700, or 0750 with `group`, and takes the lock. EWOULDBLOCK as step
    // "lock": another engine runs here.
    static chainload::result<own_directory> open(const tree_place& where, std::optional<gid_t> group);

    int fd() const { return directory_.get(); }
    uid_t owner() const { return owner_; }

    // The file's text; empty if there is none yet.
    chainload::result<std::string> read_intents() const;
    // What all services of this tree are wished to be; takes no memory. Not synced: the intents of another boot count
    // for nothing anyway.
    chainload::result<void> write_intents(const supervise::tree_id& tree, const reconciler& from);

private:
    chainload::unique_fd directory_, lock_;
    uid_t owner_ = 0;
    std::string buffer_; // a part of the file on its way out; as large as it will ever be
};

} // namespace reeve::depengine
