// softlimit OPTIONS PROGRAM …: sets soft resource limits. As daemontools': "=" means the hard limit, and what is
// above the hard limit becomes it.
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/helpers/limits/resource_letters.hpp"

namespace reeve::chainload {

next run_softlimit(char** arguments, process& self) {
    return change_limits(arguments, self, [](rlimit& limit, std::string_view text) {
        rlim_t soft = limit.rlim_max;
        if (text != "=" && !parse_limit(text, soft)) return false;
        limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
        return true;
    });
}

} // namespace reeve::chainload
