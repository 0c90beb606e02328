// inotify: the scan directory itself, and below it only what is not a service yet. A directory that is incomplete
// is watched for new entries; one that is being written, with everything below it, until it has become quiet.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reeve::svscan {

class watcher {
public:
    // What the watcher found out; `name` is valid during the call.
    struct listener {
        virtual void appeared(const char* name, bool whole) = 0; // whole: moved here or a symlink, not mkdir
        virtual void disappeared(const char* name) = 0;
        virtual void touched(const std::string& name) = 0;
        virtual void overflowed() = 0;
        virtual ~listener() = default;
    };

    // Begins to watch the working directory.
    chainload::result<void> open();
    int fd() const { return fd_.get(); }

    // True if the directory was not watched before. Replaces an earlier watch of that name. A watch that cannot be
    // had (the limit of the user) is EMFILE or ENOSPC.
    chainload::result<bool> watch(const std::string& name, bool deep);
    void unwatch(const std::string& name);

    void read(listener& tell);

private:
    struct target {
        std::string name; // the candidate
        std::string path; // the directory
    };
    void add_below(const std::string& name, const std::string& path);
    bool add(const std::string& name, const std::string& path, std::uint32_t mask);
    void drop(const std::string& name, bool all);

    chainload::unique_fd fd_;
    int scan_watch_ = -1;
    // Two names can lead to one directory, which has one watch.
    std::unordered_multimap<int, target> targets_;
    std::unordered_map<std::string, std::vector<int>> watches_;
};

} // namespace reeve::svscan
