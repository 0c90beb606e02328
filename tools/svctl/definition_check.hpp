// All problems of service directories at once: unknown names, bad values, programs that cannot be exec'd,
// relations to services that are not there. Reads only.
#pragma once

#include "tools/svctl/scan_directory.hpp"

#include <string>
#include <vector>

namespace reeve::svctl {

struct diagnostic {
    std::string service;
    std::string file;  // inside its directory; empty: the directory as a whole
    unsigned line = 0; // 0: the file as a whole
    std::string text;
    std::string hint;
};

// Of one service directory, or a logger's.
std::vector<diagnostic> check_service(const scan_directory& tree, const std::string& name);

// Of the scan directory itself: names that svscan passes over.
std::vector<diagnostic> check_names(const scan_directory& tree);

// "web/timeout-kill:1: TEXT (HINT)".
std::string diagnostic_text(const diagnostic& one);

} // namespace reeve::svctl
