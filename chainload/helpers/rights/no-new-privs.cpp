// no-new-privs PROGRAM …: from here on no exec gives rights: neither set-user-ID bits nor file capabilities count, for
// all descendants and for good, PR_SET_NO_NEW_PRIVS of prctl(2).
#include "chainload/helpers/rights/helpers.hpp"

#include <sys/prctl.h>

namespace reeve::chainload {

next run_no_new_privs(char** arguments, process& self) {
    if (arguments[1] == nullptr) return self.wrong_usage();
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return self.unable(errno, "refuse new privileges");
    if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return self.unable(EPERM, "refuse new privileges");
    return self.go_on(arguments + 1);
}

} // namespace reeve::chainload
