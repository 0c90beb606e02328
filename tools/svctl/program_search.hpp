// Where a program would be found: by $PATH, or beside svctl itself.
#pragma once

#include <string>

namespace reeve::svctl {

// The first executable file of that name in $PATH (itself, if it has a slash); empty if there is none.
std::string find_in_path(const std::string& name);
// NAME in the directory that svctl was started from; empty if there is none.
std::string find_beside_svctl(const std::string& name);

// The script of a logger that keeps its lines in ./main. Warns if there is no multilog to run it.
std::string logger_script();

} // namespace reeve::svctl
