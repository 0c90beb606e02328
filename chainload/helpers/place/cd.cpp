// cd DIR PROGRAM …: runs PROGRAM in another directory.
#include "chainload/helpers/place/helpers.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_cd(char** arguments, process& self) {
    const char* dir = arguments[1];
    if (dir == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    if (::chdir(dir) < 0) return self.unable(errno, "change directory to ", dir);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
