// The scan directory a verb works on: which one it is, the services in it, and the tree's id. Reads only.
//
// What the suite writes lies in it too, or below $SVCTL_STATE (svscan -s) where the scan directory cannot be written.
#pragma once

#include "chainload/unique_fd.hpp"
#include "supervise/status_record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::svctl {

inline constexpr std::string_view catch_all_logger = ".svscan/log";

// `asked` (of -C) if it is not empty, else $SVCTL_DIR, else /service if it is a directory, else ~/service.
std::string choose_scan_directory(const std::string& asked);

// The names in a directory, sorted, without "." and "..". Nothing if it cannot be read.
std::optional<std::vector<std::string>> list_directory(int dir, const char* path);

bool is_directory(int dir, const char* path); // symbolic links are followed
bool exists(int dir, const char* path);       // they are not

class scan_directory {
public:
    // Throws verb_error (111) if it cannot be opened.
    explicit scan_directory(const std::string& path);

    const std::string& path() const { return path_; }
    int fd() const { return fd_.get(); }
    int state_fd() const { return state_.get(); } // -1: there is no STATE_ROOT
    // The directory in which svscan's `.svscan` is.
    int own_fd() const;
    // Its id, from .svscan/tree. Nothing if no svscan was here.
    const std::optional<supervise::tree_id>& tree() const { return tree_; }
    // Whether a record with this id counts: that of the tree, or of a supervise started by hand, whose id is that
    // of the boot. After a reboot no record of the tree counts before there is a new svscan.
    bool counts(const supervise::tree_id& id) const {
        return !tree_ || id == by_hand_ || (id == *tree_ && !from_earlier_boot_);
    }

    // Directories with a valid service name, sorted. Loggers are not among them.
    std::vector<std::string> services() const;
    // Those and "NAME/log" and ".svscan/log", each logger behind its service.
    std::vector<std::string> services_and_loggers() const;

    // A service directory by name. Invalid if it is not there or may not be entered: errno says why.
    chainload::unique_fd open_service(const std::string& name) const;

    // The directory in which its `supervise` is: the service directory, or STATE_ROOT/NAME. Invalid: as above.
    chainload::unique_fd open_state(const std::string& name) const;

    // Throws verb_error (1), with "did you mean", for a name that nobody knows.
    void require_known(const std::string& name) const;
    // Names and patterns (fnmatch's * ? [) to names; each pattern has to match something.
    std::vector<std::string> expand(const std::vector<std::string>& asked) const;

private:
    std::string path_;
    chainload::unique_fd fd_, state_;
    std::optional<supervise::tree_id> tree_;
    std::optional<supervise::tree_id> by_hand_;
    bool from_earlier_boot_ = false;
};

} // namespace reeve::svctl
