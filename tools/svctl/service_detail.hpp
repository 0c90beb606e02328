// The whole picture of one service: all that `svctl status NAME` knows of it. Reads only.
#pragma once

#include "supervise/death.hpp"
#include "tools/svctl/colour.hpp"
#include "tools/svctl/definition_check.hpp"
#include "tools/svctl/log_merge.hpp"
#include "tools/svctl/relations.hpp"
#include "tools/svctl/setting_listing.hpp"
#include "tools/svctl/snapshot.hpp"

#include <string>
#include <vector>

namespace reeve::svctl {

struct service_detail {
    snapshot now;
    std::string directory;
    std::vector<supervise::death> deaths; // the newest first
    std::vector<relation_edge> relations;
    std::vector<listed_setting> settings;
    std::vector<diagnostic> problems; // of its definition; why it cannot be started is among them
    std::vector<std::string> log_directories;
    bool shares_log = false; // its lines stand in the catch-all logger's files
    std::vector<log_line> last_lines;
};

inline constexpr std::size_t shown_log_lines = 10;

service_detail look_closely(const scan_directory& tree, snapshot now);

// As text for people, a newline at the end.
std::string detail_text(const service_detail& detail, std::int64_t now_ms, const terminal& on);

} // namespace reeve::svctl
