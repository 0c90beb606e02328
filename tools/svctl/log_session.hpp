// The logs that one `svctl logs` shows: which directories, their merge, and what to do when something changes.
#pragma once

#include "tools/svctl/log_directory.hpp"
#include "tools/svctl/log_merge.hpp"
#include "tools/svctl/log_place.hpp"
#include "tools/svctl/log_watch.hpp"
#include "tools/svctl/options.hpp"

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
    struct source {
        std::string service, directory;
        std::unique_ptr<log_directory> lines;
    };
    void find_sources(bool at_start);
    void watch_for_new(const std::string& name);
    void drain(const show& each);
    std::string absolute(const std::string& path) const;

    const scan_directory& tree_;
    std::vector<std::string> names_;
    logs_options options_;
    std::optional<log_watch> watch_;
    std::vector<source> sources_;
    log_merge merge_;
};

} // namespace reeve::svctl
