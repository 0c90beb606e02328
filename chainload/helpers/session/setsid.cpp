// setsid PROGRAM …: makes the process the leader of a new session. Unlike pgrphack it is an error if that cannot be
// (a process group's leader cannot leave its session); being a session's leader already is fine.
#include "chainload/helpers/session/helpers.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_setsid(char** arguments, process& self) {
    if (arguments[1] == nullptr) return self.wrong_usage();
    if (::setsid() < 0 && ::getsid(0) != ::getpid()) return self.unable(errno, "make a session");
    return self.go_on(arguments + 1);
}

} // namespace reeve::chainload
