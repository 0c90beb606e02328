// pgrphack PROGRAM …: runs PROGRAM in a session and process group of its own, if it is not in one. As daemontools',
// which does not mind when that is so already.
#include "chainload/helpers/session/helpers.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_pgrphack(char** arguments, process& self) {
    if (arguments[1] == nullptr) return self.wrong_usage();
    ::setsid();
    return self.go_on(arguments + 1);
}

} // namespace reeve::chainload
