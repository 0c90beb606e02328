// skip-unless [-x CODE] EXPRESSION [PROGRAM …]: goes on if the expression is true; else the chain is over, quietly and
// with success, or with CODE: 1 to 99 as a `condition` skips a start.
#include "chainload/helpers/deciding/helpers.hpp"
#include "chainload/helpers/deciding/judged_chain.hpp"

namespace reeve::chainload {

next run_skip_unless(char** arguments, process& self) {
    judged_chain judged{.code = 0, .silent = true, .outcome = {}};
    next then;
    return is_judged_false(arguments, self, 0, judged, then) ? self.done(judged.code) : then;
}

} // namespace reeve::chainload
