// The logs that one `svctl logs` shows: which directories, their merge, and what to do when something changes.
#pragma once

#include "tools/svctl/log_directory.hpp"
#include "tools/svctl/log_merge.hpp"
#include "tools/svctl/log_place.hpp"
#include "tools/svctl/log_watch.hpp"
#include "tools/svctl/options.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reeve::svctl {

class log_session {
public:
    using show = std::function<void(const std::string& service, const log_line& line)>;

    // `names`: only of these; empty: of all, those that come later included.
    log_session(const scan_directory& tree, std::vector<std::string> names, const logs_options& options);

    // All services whose logs were found.
    std::vector<std::string> services() const;
    // Shows what is there: all, since, or the last so many lines.
    void show_present(const show& each);
    // Shows what comes, until the program is ended. `shown` is called before each wait.
    [[noreturn]] void show_future(const show& each, const std::function<void()>& shown);

private:
    // Of all directories that there ever were, one: numbers of inodes are used again.
    struct inode_birth {
        std::uint64_t device = 0, inode = 0;
        std::int64_t seconds = 0;
        std::uint32_t nanoseconds = 0;
        bool operator==(const inode_birth&) const = default;
    };
    struct source {
        std::string service, directory;
        inode_birth is; // of the directory when it was last found
        std::unique_ptr<log_directory> lines;
    };
    void find_sources(bool at_start);
    void watch_for_new(const std::string& name);
    void drain(const show& each);
    std::string absolute(const std::string& path) const;
    inode_birth birth_of(const std::string& directory) const;

    const scan_directory& tree_;
    std::vector<std::string> names_;
    logs_options options_;
    std::optional<log_watch> watch_;
    std::vector<source> sources_;
    log_merge merge_;
};

} // namespace reeve::svctl
