// Where the log files of a service are: the directories that its logger writes.
#pragma once

#include "tools/svctl/scan_directory.hpp"

#include <string>
#include <vector>

namespace reeve::svctl {

struct log_place {
    std::string service;   // whose lines stand there; ".svscan" for those of the catch-all logger
    std::string directory; // absolute, or relative to the scan directory
};

// Whether `path`, absolute or relative to `dir`, is a directory that a logger writes to.
bool holds_current(int dir, const std::string& path);

// Of a service, or of its logger by name. In this order: NAME/log/main; every NAME/log/X that holds `current`;
// NAME/log itself; the directories that NAME/log/run names, if they hold `current`. A service without a logger
// writes to the catch-all logger, if the tree has one. Nothing is found before a logger has made its directory.
std::vector<log_place> find_logs(const scan_directory& tree, const std::string& name);

// The logs of all services, and the catch-all's.
std::vector<log_place> find_all_logs(const scan_directory& tree);

} // namespace reeve::svctl
