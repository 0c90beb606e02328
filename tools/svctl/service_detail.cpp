#include "tools/svctl/service_detail.hpp"

#include "tools/svctl/log_directory.hpp"
#include "tools/svctl/log_place.hpp"

#include <algorithm>
#include <memory>

namespace reeve::svctl {

namespace {
std::vector<log_line> read_last_lines(const scan_directory& tree,
                                      const std::vector<std::string>& directories) {
    std::vector<std::unique_ptr<log_directory>> logs;
    log_merge merge;
    for (const std::string& directory : directories) {
        logs.push_back(std::make_unique<log_directory>(tree.fd(), directory));
        logs.back()->begin_at_last(shown_log_lines);
        merge.add(*logs.back());
    }
    std::vector<log_line> lines;
    while (auto next = merge.next()) {
        lines.push_back(std::move(next->second));
        if (lines.size() > shown_log_lines) lines.erase(lines.begin());
    }
    return lines;
}
} // namespace

service_detail look_closely(const scan_directory& tree, snapshot now) {
    service_detail detail;
    detail.now = std::move(now);
    const std::string& name = detail.now.name;
    detail.directory = tree.path() + "/" + name;
    if (auto dir = tree.open_service(name)) {
        detail.settings = settings_that_differ(dir.get());
        detail.problems = check_service(tree, name);
        if (auto list = supervise::read_deaths(tree.open_state(name).get())) {
            auto end = list->entries.begin() + static_cast<std::ptrdiff_t>(list->count);
            detail.deaths.assign(list->entries.begin(), end);
            std::reverse(detail.deaths.begin(), detail.deaths.end());
        }
    }
    if (!detail.now.logger) detail.relations = relations_of(tree, name);
    for (const log_place& place : find_logs(tree, name)) {
        detail.shares_log = place.service != name && !detail.now.logger;
        detail.log_directories.push_back(place.directory);
    }
    // Of a log that all services share, the last lines are seldom this one's.
    if (!detail.shares_log) detail.last_lines = read_last_lines(tree, detail.log_directories);
    return detail;
}

} // namespace reeve::svctl
