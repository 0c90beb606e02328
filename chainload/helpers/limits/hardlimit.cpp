// hardlimit OPTIONS PROGRAM …: sets hard resource limits, by softlimit's letters. "=" means the soft limit. A soft limit
// above it comes down with it. To raise a hard limit is root's (CAP_SYS_RESOURCE); that it was not is an error.
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/helpers/limits/resource_letters.hpp"

namespace reeve::chainload {

next run_hardlimit(char** arguments, process& self) {
    return change_limits(arguments, self, [](rlimit& limit, std::string_view text) {
        rlim_t hard = limit.rlim_cur;
        if (text != "=" && !parse_limit(text, hard)) return false;
        limit.rlim_max = hard;
        if (limit.rlim_cur > hard) limit.rlim_cur = hard;
        return true;
    });
}

} // namespace reeve::chainload
