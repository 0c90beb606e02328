// Waiting for changes in directories: inotify, no polling.
#pragma once

#include "chainload/unique_fd.hpp"

#include <map>
#include <string>
#include <vector>

namespace reeve::svctl {

class log_watch {
public:
    enum class interest { growth, new_entries };

    // Throws verb_error (111) if the system gives no inotify.
    log_watch();

    // Watches a directory; the key is told when something happened there. False if there is none (yet).
    // A directory may have several keys.
    bool add(const std::string& directory, interest in, const std::string& key);

    struct changes {
        std::vector<std::string> keys; // each once
        bool everything = false;       // events were lost: all of them may have changed
        bool lost = false;             // a directory was removed or renamed: add() it again
    };
    // Waits until something happened.
    changes wait();

private:
    chainload::unique_fd fd_;
    std::map<int, std::vector<std::string>> keys_;
};

} // namespace reeve::svctl
